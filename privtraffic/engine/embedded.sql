-- The functions that portable SQL may call, as DuckDB macros.

-- Blanks of every kind around a cell: space, tab, line breaks, ideographic and no-break space, byte order mark.
create macro strip(x) as trim(x, ' ' || chr(9) || chr(13) || chr(10) || chr(12288) || chr(160) || chr(65279));

-- A cell without surrounding blanks; the words that mean "nothing" are NULL. A pattern, not IN: DuckDB turns a long IN
-- list into a join that is computed for every row, even inside a CASE that never asks.
create macro cell(x) as
  case when regexp_full_match(strip(x), '-{0,2}|—{1,2}|/|\\N|无|空|(?i:null|nan|none|#?n/a)') then null else strip(x) end;

-- An id without the wrappings of spreadsheets: ="123", '123, 123.0; most are plain, a digit or letter first and a digit
-- last, and pass at once. One that a spreadsheet has rounded (1.03293E+19) is shared by others and names nothing.
create macro unwrapped(x) as
  regexp_replace(regexp_replace(cell(x), '^=?["''`]*\t*(.*?)\t*["''`]*$', '\1', 's'), '^([0-9]+)\.0+$', '\1');

create macro plain_id(x) as x[-1] between '0' and '9' and (
  x between '0' and '9~' and not contains(x, '.') and not contains(x, '+') or x between 'A' and 'Z~' or x between 'a' and 'z~');

create macro clean_id(x) as
  case
    when plain_id(x) then x
    when regexp_full_match(x, '[0-9A-Za-z][0-9A-Za-z_@#:|-]{4,}') then x
    when regexp_full_match(unwrapped(x), '[0-9](\.[0-9]+)?[eE]\+[0-9]+') then null
    else cell(unwrapped(x))
  end;

-- A key that every sale without a member carries: 0, -1, Guest, 散客.  What ends with a digit and begins with another
-- one than 0 is none, nor is what is long.
create macro nobody(x) as
  case
    when x is null or strlen(x) > 32 or (x >= '1' and x[-1] between '0' and '9') or contains(x, '@') then false
    else regexp_full_match(lower(regexp_replace(strip(x), '([a-z])[ _-]+', '\1', 'gi')),
      '0+|-1|guest|guestcheckout|guestuser|guestcustomer|walkin|walkincustomer|walkinguest|unknown|'
      || 'unknowncustomer|anonymous|anonymoususer|anonymouscustomer|anon|nobody|cash|cashcustomer|cashsales?|'
      || 'cashclient|retailcustomer|generalcustomer|defaultcustomer|default|noname|notregistered|unregistered|'
      || 'nonmember|nomember|nocustomer|undefined|notamember|visitor|gast|unbekannt|laufkunde|laufkundschaft|'
      || 'barverkauf|barkunde|anonym|invit(e|é)|inconnu|anonyme|clientdepassage|clientcomptoir|comptoir|'
      || 'invitado|desconocido|an(o|ó)nimo|clientegeneral|p(u|ú)blicogeneral|p(u|ú)blicoengeneral|'
      || 'consumidorfinal|clientegen(e|é)rico|convidado|desconhecido|consumidor|clientebalc(a|ã)o|ospite|'
      || 'sconosciuto|clienteoccasionale|onbekend|anoniem|passant|losseklant|ゲスト|非会員|匿名|未登録|不明|一般客|비회원|게스트|손님|'
      || '익명|미등록|гость|misafir|散客|门店散客|散户|匿名用户|匿名客户|匿名顾客|非会员|非会员顾客|非会员客户|游客|路人|过路客|未知|未登录|未注册|无会员|普通顾客|普通客户|'
      || '零售客户|零散客户|临时客户|临时会员|现金客户|默认客户|默认会员|无')
  end;

-- A person's key: masked ones (186******05, ##x, $$x) name nobody, a phone with an extension (13800000000-1234,
-- 13800000000转1234, 13800000000[1234]) one order only.
create macro clean_key(x) as
  case
    when x is null then null
    when plain_id(x) and x >= '1' and not contains(x, '*') and (x > '9~' or strlen(x) <= 12) then x
    when nobody(x) then null
    when contains(x, '*') or (x >= '##' and x < '#$') or (x >= '$$' and x < '$%') then null
    when x >= '1' and x < '2' and strlen(x) > 12
      and regexp_full_match(x, '1[3-9][0-9]{9} *(-|,|，|转|ext\.?|\[|\(|（) *[0-9]{1,6}[\])）]?') then null
    else clean_id(x)
  end;

-- Whether an id cell holds the word of a row that sums up others. Ids that begin with a digit or with a letter that no
-- such word begins with are the most, and pass without the pattern.
create macro sums_up(x) as
  case
    when x > 'G' and not (x between 'H' and 'R~' or x between 'U' and 'f~' or x between 'h' and 'r~' or x between 'u' and '~')
      then regexp_full_match(x, '(合计|总计|小计|汇总|共计|(?i:(grand |sub)?totals?))[:： ]*.{0,20}')
    else false
  end;

-- Digits and signs of full width as ASCII.
create macro half_width(x) as translate(x, '０１２３４５６７８９．，－＋（）￥　', '0123456789.,-+()¥ ');

-- A mobile number however it is written; anything else, also one with an extension, is NULL.
create macro clean_phone(x) as
  case when regexp_full_match(unwrapped(half_width(x)), '(\(?(\+|00)?86\)?)?[- ]?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}')
    then right(regexp_replace(unwrapped(half_width(x)), '[^0-9]', '', 'g'), 11) end;

create macro clean_email(x) as
  case when regexp_full_match(cell(x), '[^@*\s,;]+@[^@*\s,;]+\.[A-Za-z]{2,}') then lower(cell(x)) end;

-- Any key of a person, written alike in every system.
create macro person_key(x) as coalesce(clean_phone(x), clean_email(x), clean_key(x));

-- The first 96 bits of HMAC-SHA256, as text; the pads are the secret xor 0x36… and 0x5c….
create macro mask_key(x, inner_pad, outer_pad) as
  substr(sha256(outer_pad || unhex(sha256(inner_pad || encode(x)))), 1, 24);

-- Money as written by people: signs, currency, thousands, (1.00), 1.00-, a note in brackets after the number.
create macro money_sign(x) as case when regexp_matches(x, '^\(.*\)$|[0-9]-$') then -1 else 1 end;

create macro money_text(x) as
  money_sign(x) * try_cast(replace(regexp_extract(
    regexp_replace(regexp_replace(x, '[¥$€£৳元]|RMB|CNY|USD|EUR|GBP', '', 'g'), '^\((.*)\)$', '\1'),
    '^([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?)-?(?:\(.*)?$', 1), ',', '') as decimal(18, 2));

create macro clean_money(x) as
  case when x is null then null
  else coalesce(try_cast(x as decimal(18, 2)), money_text(replace(half_width(cell(x)), ' ', ''))) end;

-- Numbers of 38 digits are slow, and only what no price and no quantity is needs them.
create macro product_of(price, quantity) as
  case when price between -1000000 and 1000000 and quantity between -1000 and 1000
    then cast(price * quantity as decimal(18, 2))
    else try_cast(cast(price as decimal(24, 6)) * quantity as decimal(18, 2)) end;

-- Price times quantity, rounded to the cent once.
create macro clean_product(price, quantity) as
  product_of(coalesce(try_cast(price as decimal(18, 6)), try_cast(clean_money(price) as decimal(18, 6))),
    coalesce(try_cast(quantity as decimal(12, 3)), try_cast(clean_money(quantity) as decimal(12, 3))));

create macro time_number(x) as
  case length(x)
    when 8 then try_strptime(x, '%Y%m%d')
    when 14 then try_strptime(x, '%Y%m%d%H%M%S')
    when 10 then make_timestamp(cast(x as bigint) * 1000000)
    when 13 then make_timestamp(cast(x as bigint) * 1000)
  end;

create macro time_serial(x) as
  case when try_cast(x as double) between 20000 and 73050
    then timestamp '1899-12-30 00:00:00' + to_seconds(round(try_cast(x as double) * 86400)) end;

-- The wall clock as written: an offset is cut, not applied.
create macro time_text(x, day_order) as
  case
    when regexp_full_match(x, '[0-9]{8}|[0-9]{10}|[0-9]{13}|[0-9]{14}') then time_number(x)
    when regexp_full_match(x, '[0-9]{5}(\.[0-9]+)?') then time_serial(x)
    when regexp_matches(x, '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}') then
      case when day_order = 'mdy'
        then try_cast(regexp_replace(x, '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})', '\3-\1-\2') as timestamp)
        else try_cast(regexp_replace(x, '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})', '\3-\2-\1') as timestamp) end
    else try_cast(regexp_replace(regexp_replace(
      trim(replace(replace(replace(replace(replace(x, '年', '-'), '月', '-'), '日', ' '), '时', ':'), '分', ':'), ' 秒:'),
      '(:[0-9]{2}(?:\.[0-9]+)?) *(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})$', '\1'),
      '^([0-9]{4})[./]([0-9]{1,2})[./]([0-9]{1,2})', '\1-\2-\3') as timestamp)
  end;

-- Not the times that mean "never": 0001-01-01, 1900-01-00, 1970-01-01, and infinity.
create macro real_time(x) as
  case when x >= timestamp '1971-01-01 00:00:00' and x <= timestamp '9999-12-31 23:59:59' then x end;

create macro clean_time(x, day_order) as
  case
    when x is null then null
    when length(x) = 19 and x > '1971' and x like '____-%' then try_cast(x as timestamp)
    else real_time(time_text(cell(x), day_order))
  end;

-- A month such as 2026-10 or 2026年10月, on its first day; else a day.
create macro clean_month(x) as
  case when regexp_full_match(cell(x), '[0-9]{4}[-/.年]?[0-9]{1,2}月?')
    then try_strptime(regexp_replace(cell(x), '^([0-9]{4})[-/.年]?([0-9]{1,2})月?$', '\1-\2-1'), '%Y-%m-%d')
    else clean_time(x, 'mdy') end;

-- A time that says it is UTC, moved to another zone; others keep their own wall clock.
create macro clean_time_in(x, day_order, zone) as
  case when regexp_matches(strip(x), '(Z|UTC|GMT|[+-]00(:?00)?)$')
    then timezone(zone, timezone('UTC', clean_time(x, day_order)))
    else clean_time(x, day_order) end;

create macro clean_text(x) as cell(x);

create macro clean_integer(x) as try_cast(round(clean_money(x)) as integer);

-- Whole days from one day or moment to a later one.
create macro days_between(start, stop) as date_diff('day', cast(start as date), cast(stop as date));

-- Calendar months from one month's start to a later one's.
create macro months_between_starts(start, stop) as date_diff('month', cast(start as date), cast(stop as date));

-- Equal keys, equal numbers; two keys may share one, so it only ever says that ids may repeat.
create macro key_hash(a, b) as hash(a, b);

-- One of 64 bits for such a number.
create macro key_bit(x) as cast(1 as ubigint) << (x & 63);
