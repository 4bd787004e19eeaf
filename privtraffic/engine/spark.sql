-- The functions that portable SQL may call, as Spark SQL functions; what each one means is told in embedded.sql.
-- Java's $ also matches before a line break at the end, its . not at a carriage return, its \s at a vertical tab: hence
-- \z, (?d) and sets written out. Its numbers may be of any digits: hence only ASCII is cast.

create temporary function regexp_full_match(x string, pattern string) returns boolean
  return x rlike concat('(?d)\A(?:', pattern, ')\z');

create temporary function regexp_matches(x string, pattern string) returns boolean
  return x rlike concat('(?d)', replace(pattern, '$', '\z'));

create temporary function starts_with(x string, beginning string) returns boolean
  return startswith(x, beginning);

create temporary function strip(x string) returns string
  return trim(both concat(' ', chr(9), chr(13), chr(10), decode(unhex('E38080C2A0EFBBBF'), 'UTF-8')) from x);

create temporary function cell(x string) returns string
  return case when regexp_full_match(strip(x), '-{0,2}|—{1,2}|/|\\N|无|空|(?i:null|nan|none|#?n/a)') then null else strip(x) end;

create temporary function unwrapped(x string) returns string
  return regexp_replace(
    regexp_replace(cell(x), '(?s)^=?["''`]*\t*(.*?)\t*["''`]*\z', '$1'), '^([0-9]+)\.0+\z', '$1');

create temporary function clean_id(x string) returns string
  return case
    when x rlike '^[0-9]([^.+]*[0-9])?\z' then x
    when regexp_full_match(x, '[0-9A-Za-z][0-9A-Za-z_@#:|-]{4,}') then x
    when regexp_full_match(unwrapped(x), '[0-9](\.[0-9]+)?[eE]\+[0-9]+') then null
    else cell(unwrapped(x))
  end;

create temporary function nobody(x string) returns boolean
  return case
    when x is null or length(x) > 32 or (x >= '1' and x rlike '[0-9]\z') or contains(x, '@') then false
    else regexp_full_match(lower(regexp_replace(strip(x), '(?i)([a-z])[ _-]+', '$1')),
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

create temporary function clean_key(x string) returns string
  return case
    when nobody(x) then null
    when contains(x, '*') or startswith(x, '##') or startswith(x, '$$') then null
    when regexp_full_match(x, '1[3-9][0-9]{9} *(-|,|，|转|ext\.?|\[|\(|（) *[0-9]{1,6}[\])）]?') then null
    else clean_id(x)
  end;

create temporary function sums_up(x string) returns boolean
  return coalesce(
    regexp_full_match(x, '(合计|总计|小计|汇总|共计|(?i:(grand |sub)?totals?))[:： ]*.{0,20}'), false);

create temporary function half_width(x string) returns string
  return translate(x, '０１２３４５６７８９．，－＋（）￥　', '0123456789.,-+()¥ ');

create temporary function clean_phone(x string) returns string
  return case when regexp_full_match(unwrapped(half_width(x)), '(\(?(\+|00)?86\)?)?[- ]?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}')
    then right(regexp_replace(unwrapped(half_width(x)), '[^0-9]', ''), 11) end;

create temporary function clean_email(x string) returns string
  return case when regexp_full_match(cell(x), '[^@* \t\n\f\r,;]+@[^@* \t\n\f\r,;]+\.[A-Za-z]{2,}')
    then lower(translate(cell(x), 'İΣ', 'iσ')) end;

create temporary function person_key(x string) returns string
  return coalesce(clean_phone(x), clean_email(x), clean_key(x));

create temporary function mask_key(x string, inner_pad binary, outer_pad binary) returns string
  return substr(sha2(concat(outer_pad, unhex(sha2(concat(inner_pad, encode(x, 'UTF-8')), 256))), 256), 1, 24);

create temporary function money_sign(x string) returns int
  return case when x rlike '(?d)^\(.*\)\z|[0-9]-\z' then -1 else 1 end;

create temporary function money_text(x string) returns decimal(18, 2)
  return money_sign(x) * try_cast(replace(regexp_extract(
    regexp_replace(regexp_replace(x, '[¥$€£৳元]|RMB|CNY|USD|EUR|GBP', ''), '(?d)^\((.*)\)\z', '$1'),
    '(?d)^([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?)-?(?:\(.*)?\z', 1), ',', '') as decimal(18, 2));

create temporary function number_text(x string) returns string
  return case when x rlike '^[\t-\r -~]*\z'
    then case when contains(x, '_') then regexp_replace(x, '([0-9])_(?=[0-9])', '$1') else x end end;

create temporary function clean_money(x string) returns decimal(18, 2)
  return case when x is null then null
  else coalesce(try_cast(number_text(x) as decimal(18, 2)), money_text(replace(half_width(cell(x)), ' ', ''))) end;

create temporary function clean_product(price string, quantity string) returns decimal(18, 2)
  return try_cast(coalesce(try_cast(number_text(price) as decimal(18, 6)), try_cast(clean_money(price) as decimal(18, 6)))
    * coalesce(try_cast(number_text(quantity) as decimal(12, 3)), try_cast(clean_money(quantity) as decimal(12, 3))) as decimal(18, 2));

create temporary function time_number(x string) returns timestamp_ntz
  return case length(x)
    when 8 then try_cast(regexp_replace(x, '^(....)(..)(..)$', '$1-$2-$3') as timestamp_ntz)
    when 14 then try_cast(regexp_replace(x, '^(....)(..)(..)(..)(..)(..)$', '$1-$2-$3 $4:$5:$6') as timestamp_ntz)
    when 10 then cast(timestamp_seconds(cast(x as bigint)) as timestamp_ntz)
    when 13 then cast(timestamp_millis(cast(x as bigint)) as timestamp_ntz)
  end;

create temporary function time_serial(x string) returns timestamp_ntz
  return case when try_cast(x as double) between 20000 and 73050
    then cast(timestamp_seconds(cast(round(try_cast(x as double) * 86400) as bigint) - 2209161600) as timestamp_ntz) end;

-- What DuckDB reads as a time: one kind of separator, blanks before the clock, anything after it.
create temporary function time_parts(x string) returns string
  return regexp_replace(x,
    '(?s)^([0-9]{4})([- /\\])([0-9]{1,2})\2([0-9]{1,2})'
    || '(?:[T\s]\s*0*([0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]{0,6})?)?)[0-9]*'
    || '(?:Z|[+-][0-9]{2}(?::?[0-9]{2}(?::[0-9]{2})?)?)?(?:\s+[A-Za-z0-9/_+:-]+)?\s*)?\z|^.*\z',
    '$1-$3-$4 $5');

create temporary function time_of(x string) returns timestamp_ntz
  return case when x rlike ' 24:00?(:00?(\.0*)?)?\z'
    then try_cast(split_part(x, ' ', 1) as timestamp_ntz) + interval '1' day
    else try_cast(x as timestamp_ntz) end;

create temporary function time_text(x string, day_order string) returns timestamp_ntz
  return case
    when regexp_full_match(x, '[0-9]{8}|[0-9]{10}|[0-9]{13}|[0-9]{14}') then time_number(x)
    when regexp_full_match(x, '[0-9]{5}(\.[0-9]+)?') then time_serial(x)
    else time_of(time_parts(case
      when x rlike '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}' then regexp_replace(x,
        '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})', case when day_order = 'mdy' then '$3-$1-$2' else '$3-$2-$1' end)
      else regexp_replace(regexp_replace(
        trim(both ' 秒:' from
          replace(replace(replace(replace(replace(x, '年', '-'), '月', '-'), '日', ' '), '时', ':'), '分', ':')),
        '(:[0-9]{2}(?:\.[0-9]+)?) *(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})\z', '$1'),
        '^([0-9]{4})[./]([0-9]{1,2})[./]([0-9]{1,2})', '$1-$2-$3')
      end))
  end;

create temporary function real_time(x timestamp_ntz) returns timestamp_ntz
  return case when x >= timestamp_ntz'1971-01-01 00:00:00' and x <= timestamp_ntz'9999-12-31 23:59:59' then x end;

create temporary function clean_time(x string, day_order string) returns timestamp_ntz
  return case
    when x is null then null
    when x > '1971' and x rlike '^[0-9]{4}-[0-9]{2}-[0-9]{2} (?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\z' then try_cast(x as timestamp_ntz)
    else real_time(time_text(cell(x), day_order))
  end;

create temporary function clean_month(x string) returns timestamp_ntz
  return case when regexp_full_match(cell(x), '[0-9]{4}[-/.年]?[0-9]{1,2}月?')
    then try_cast(regexp_replace(cell(x), '^([0-9]{4})[-/.年]?([0-9]{1,2})月?\z', '$1-$2-1') as timestamp_ntz)
    else clean_time(x, 'mdy') end;

create temporary function clean_time_in(x string, day_order string, zone string) returns timestamp_ntz
  return case when strip(x) rlike '(Z|UTC|GMT|[+-]00(:?00)?)\z'
    then convert_timezone('UTC', zone, clean_time(x, day_order))
    else clean_time(x, day_order) end;

create temporary function clean_text(x string) returns string
  return cell(x);

create temporary function clean_integer(x string) returns int
  return try_cast(round(clean_money(x)) as int);

create temporary function days_between(start timestamp_ntz, stop timestamp_ntz) returns int
  return datediff(cast(stop as date), cast(start as date));

create temporary function months_between_starts(start timestamp_ntz, stop timestamp_ntz) returns int
  return (year(stop) - year(start)) * 12 + month(stop) - month(start);

create temporary function key_hash(a string, b string) returns bigint
  return xxhash64(a, b);

create temporary function key_bit(x bigint) returns bigint
  return shiftleft(1L, cast(x & 63 as int));
