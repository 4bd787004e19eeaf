-- The functions that portable SQL may call, as DuckDB macros. A macro is pasted into the query, and so is its argument, as
-- often as the macro names it: what is long is made once, as the value of a list, where the macro names it often.

-- Blanks of every kind around a cell: space, tab, line breaks, ideographic and no-break space, byte order mark.
create macro strip(x) as trim(x, e' \t\r\n\xE3\x80\x80\xC2\xA0\xEF\xBB\xBF');

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
    else list_transform([unwrapped(x)], lambda bare_id:
      case when not regexp_full_match(bare_id, '[0-9](\.[0-9]+)?[eE]\+[0-9]+') then cell(bare_id) end)[1]
  end;

-- A key that every sale without a member carries: 0, -1, Guest, 散客.  What ends with a digit and begins with another
-- one than 0 is none, nor is what is long.
create macro nobody(x) as
  case
    when x is null or strlen(x) > 32 or (x >= '1' and x[-1] between '0' and '9') or contains(x, '@') then false
    else regexp_full_match(lower(regexp_replace(strip(x), '([a-z])[ _-]+', '\1', 'gi')),
      '0+|-1|guest|guestcheckout|guestuser|guestcustomer|walkin|walkincustomer|walkinguest|unknown|'
      'unknowncustomer|anonymous|anonymoususer|anonymouscustomer|anon|nobody|cash|cashcustomer|cashsales?|'
      'cashclient|retailcustomer|generalcustomer|defaultcustomer|default|noname|notregistered|unregistered|'
      'nonmember|nomember|nocustomer|undefined|notamember|visitor|gast|unbekannt|laufkunde|laufkundschaft|'
      'barverkauf|barkunde|anonym|invit(e|é)|inconnu|anonyme|clientdepassage|clientcomptoir|comptoir|'
      'invitado|desconocido|an(o|ó)nimo|clientegeneral|p(u|ú)blicogeneral|p(u|ú)blicoengeneral|'
      'consumidorfinal|clientegen(e|é)rico|convidado|desconhecido|consumidor|clientebalc(a|ã)o|ospite|'
      'sconosciuto|clienteoccasionale|onbekend|anoniem|passant|losseklant|ゲスト|非会員|匿名|未登録|不明|一般客|비회원|게스트|손님|'
      '익명|미등록|гость|misafir|散客|门店散客|散户|匿名用户|匿名客户|匿名顾客|非会员|非会员顾客|非会员客户|游客|路人|过路客|未知|未登录|未注册|无会员|普通顾客|普通客户|'
      '零售客户|零散客户|临时客户|临时会员|现金客户|默认客户|默认会员|无')
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

-- Whether a cell is nothing but the word of a row that sums up others, in whatever column.
create macro sums_row(x) as
  coalesce(length(x) <= 24 and regexp_full_match(strip(x),
    '.{0,12}(?:合计|总计|小计|汇总|共计|小計|合計|総計|總計|伝票計|소계|합계|총계)[:：]?|'
    '(?i:(?:grand |order |page |daily )?(?:sub[- ]?)?totals?|summe|zwischensumme|gesamtsumme|gesamt|'
    'sous-total|total général|subtotale?|subtotaal|totale|totale parziale|suma|razem|tussentotaal|dagtotaal|totaal|'
    '(?:sub)?total (?:(?:do|da|del|du|de la|of the) )?(?:dia|día|jour|day|giorno|mes|mês|mois|month|pedido|order|commande|ordine|cliente|client|customer)|'
    '(?:ara |genel )?toplam|(?:tổng )?cộng(?: đơn)?|รวม(?:บิล|ทั้งสิ้น|ทั้งหมด)?|(?:ال)?مجموع(?: (?:الفاتورة|الطلب))?|الإجمالي(?: الكلي)?)[:]?|(?:Итого|итого|ИТОГО|Всего|всего)(?: по (?:чеку|заказу|документу))?[:]?'), false);

-- Digits and signs of full width as ASCII.
create macro half_width(x) as translate(x, '０１２３４５６７８９．，－＋（）￥　', '0123456789.,-+()¥ ');

-- A mobile number however it is written; anything else, also one with an extension, is NULL.
create macro clean_phone(x) as
  list_transform([unwrapped(half_width(x))], lambda number:
    case when regexp_full_match(number, '(\(?(\+|00)?86\)?)?[- ]?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}')
      then right(regexp_replace(number, '[^0-9]', '', 'g'), 11) end)[1];

create macro clean_email(x) as
  case when regexp_full_match(cell(x), '[^@*\s,;]+@[^@*\s,;]+\.[A-Za-z]{2,}') then lower(cell(x)) end;

-- Any key of a person, written alike in every system.
create macro person_key(x) as coalesce(clean_phone(x), clean_email(x), clean_key(x));

-- The first 96 bits of HMAC-SHA256, as text; the pads are the secret xor 0x36… and 0x5c….
create macro mask_key(x, inner_pad, outer_pad) as
  substr(sha256(outer_pad || unhex(sha256(inner_pad || encode(x)))), 1, 24);

-- Digits and signs of other scripts as ASCII; blanks, which only part thousands, and signs without a width left out.
create macro money_signs(x) as
  translate(translate(half_width(x), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬−–﹣⁻‐‑’', '01234567890123456789.,------' || chr(39)),
    e' \xC2\xA0\xE2\x80\xAF\xE2\x80\x89\xE2\x80\x87\xE2\x80\x88\xE2\x80\x8B\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\xAA\xE2\x80\xAC\xE2\x80\xAD\xE2\x81\xA0\xEF\xBB\xBF', '');

-- Without the currency: signs anywhere, codes and short names.
create macro money_bare(x) as
  regexp_replace(money_signs(x),
    '(?:HK|US|NT|AU|CA|NZ|MX|[SCAR])?[$]|S/|[¥€£৳₹₩₽₺₫฿₪₴₦₱元円圆圓원]|'
    '(?i:RMB|CNY|USD|EUR|GBP|HKD|TWD|JPY|KRW|INR|AUD|CAD|NZD|SGD|MYR|THB|IDR|VND|PHP|BRL|MXN|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|RUB|TRY|ZAR|AED|SAR)|'
    '(?i:Rs[.]?|kr[.]?|Rp[.]?|Fr[.]|RM|Ft|lei|TL|zl|Kc)|zł|ZŁ|Kč|KČ|(?:руб|РУБ|р)[.]?|лв[.]?', '', 'g');

-- Money as written by people: thousands of three digits or as in India, by comma or apostrophe; (1.00), 1.00-, 1.00 CR,
-- a note in brackets after the number; 1.2万, 3千, 1.5k, 2M; 500.- and 500.-- without cents, which are no minus.
create macro money_sign(x) as case when regexp_matches(x, '^\(.*\)$|[0-9]-$|[0-9](CR|Cr|cr)$') then -1 else 1 end;

create macro money_times(x) as
  case
    when regexp_matches(x, '[0-9.](万|萬)') then 10000
    when regexp_matches(x, '[0-9.](千|[kK])') then 1000
    when regexp_matches(x, '[0-9.](亿|億)') then 100000000
    when regexp_matches(x, '[0-9.]M') then 1000000
    else 1
  end;

create macro money_digits(x) as
  replace(replace(regexp_extract(regexp_replace(x, '^\((.*)\)$', '\1'),
    '^([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}|[0-9]{1,3}(?:\x27[0-9]{3})+|[0-9]+)?(?:[.][0-9]*)?)'
    '(?:万|萬|千|亿|億|[kKM])?-{0,2}(?:CR|Cr|cr|DR|Dr|dr)?(?:\(.*)?$', 1), ',', ''), chr(39), '');

create macro money_text(x) as
  money_sign(x) * list_transform([money_digits(x)], lambda digits:
    case when money_times(x) = 1 then try_cast(digits as decimal(18, 2))
      else try_cast(cast(try_cast(digits as decimal(18, 6)) as decimal(38, 6)) * money_times(x) as decimal(18, 2)) end)[1];

-- An amount without the wrappings of spreadsheets, ="5", '5; signs without a width may stand before them.
create macro bare_amount(x) as regexp_replace(cell(x), '^[\x{200B}\x{200E}\x{200F}\x{FEFF}]*=?["\x27`’]*(.*?)["\x27`’]*$', '\1', 's');

-- Text that may be a plain number: 1_000 is one of a programming language, and no amount.
create macro number_text(x) as case when not contains(x, '_') then x end;

-- A cell of hundreds of letters is no number and no time, and the patterns would take seconds for a megabyte of them.
create macro endless(x) as strlen(x) > 500;

-- The bare text is asked several times, and made once as the value of a list.
create macro clean_money(x) as
  case when x is null or endless(x) then null
  else coalesce(try_cast(number_text(x) as decimal(18, 2)),
    case when regexp_matches(x, '\p{N}') then list_transform([money_bare(bare_amount(x))], lambda bare: money_text(bare))[1] end) end;

-- Numbers of 38 digits are slow, and only what no price and no quantity is needs them.
create macro product_of(price, quantity) as
  case when price between -1000000 and 1000000 and quantity between -1000 and 1000
    then cast(price * quantity as decimal(18, 2))
    else try_cast(cast(price as decimal(24, 6)) * quantity as decimal(18, 2)) end;

-- Price times quantity, rounded to the cent once.
create macro clean_product(price, quantity) as
  product_of(coalesce(try_cast(number_text(price) as decimal(18, 6)), try_cast(clean_money(price) as decimal(18, 6))),
    coalesce(try_cast(number_text(quantity) as decimal(12, 3)), try_cast(clean_money(quantity) as decimal(12, 3))));

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

-- 31/12/2024, 12/31/24 or 24-12-31 with the year first; a year of two digits is one of 1970 to 2069. Without an order
-- such a day is none.
create macro numbered_day(x, day_order) as
  case day_order
    when 'mdy' then regexp_replace(regexp_replace(regexp_replace(x,
    '(?s)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})((?:$|[^0-9]).*)', '\3-\1-\2\4'),
    '(?s)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-6][0-9])((?:$|[^0-9]).*)', '20\3-\1-\2\4'),
    '(?s)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([7-9][0-9])((?:$|[^0-9]).*)', '19\3-\1-\2\4')
    when 'dmy' then regexp_replace(regexp_replace(regexp_replace(x,
    '(?s)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})((?:$|[^0-9]).*)', '\3-\2-\1\4'),
    '(?s)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-6][0-9])((?:$|[^0-9]).*)', '20\3-\2-\1\4'),
    '(?s)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([7-9][0-9])((?:$|[^0-9]).*)', '19\3-\2-\1\4')
    when 'ymd' then regexp_replace(regexp_replace(regexp_replace(x,
    '(?s)^([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})((?:$|[^0-9]).*)', '\1-\2-\3\4'),
    '(?s)^([0-6][0-9])[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})((?:$|[^0-9]).*)', '20\1-\2-\3\4'),
    '(?s)^([7-9][0-9])[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})((?:$|[^0-9]).*)', '19\1-\2-\3\4')
    else nullif(x, regexp_extract(x, '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9].*', 0))
  end;

-- The first name of a month, in a dozen languages, as |7|.
create macro numbered_month(x) as
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(x,
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:jan|gen|ene|oca|янв)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|1|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:feb|fev|fév|şub|фев)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|2|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:mar|mär|mrz|mrt|maa|мар)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|3|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:apr|avr|abr|nis|апр)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|4|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:may|mai|mei|mag|maj|май|мая)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|5|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:juin|jun|giu|haz|июн)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|6|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:juil|jul|lug|tem|июл)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|7|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:aug|aou|aoû|ago|ağu|авг)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|8|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:sep|set|eyl|сен)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|9|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:oct|okt|out|ott|eki|окт)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|10|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:nov|kas|ноя)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|11|'),
    '(?s)(?i)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:dec|déc|dez|dic|ara|дек)[^\x00-@\[-`{-\x7f]*[.]?', '\1\2|12|');

-- A day whose month is a name as 2026-7-16: 16-Jul-2026, 16. Juli 2026, Jul 16, 2026, Thu Jul 16 10:00:00 2026.
create macro named_day(x) as
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(numbered_month(x),
    '(?s)^(?:[^0-9|]*[ .,])?([0-9]{1,2})(?:st|nd|rd|th|er|º|ª|[.])?[ /-]*(?:de |of )? *[|]([0-9]+)[|][ ,/-]*(?:de |del |of )? *([0-9]{4})((?:$|[^0-9:]).*)', '\3-\2-\1 \4'),
    '(?s)^(?:[^0-9|]*[ .,])?([0-9]{1,2})(?:st|nd|rd|th|er|º|ª|[.])?[ /-]*(?:de |of )? *[|]([0-9]+)[|][ ,/-]*(?:de |del |of )? *([0-6][0-9])((?:$|[^0-9:]).*)', '20\3-\2-\1 \4'),
    '(?s)^(?:[^0-9|]*[ .,])?([0-9]{1,2})(?:st|nd|rd|th|er|º|ª|[.])?[ /-]*(?:de |of )? *[|]([0-9]+)[|][ ,/-]*(?:de |del |of )? *([7-9][0-9])((?:$|[^0-9:]).*)', '19\3-\2-\1 \4'),
    '(?s)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|][ /-]*([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]+([0-9]{4})((?:$|[^0-9:]).*)', '\3-\1-\2 \4'),
    '(?s)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|][ /-]*([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]+([0-6][0-9])((?:$|[^0-9:]).*)', '20\3-\1-\2 \4'),
    '(?s)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|][ /-]*([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]+([7-9][0-9])((?:$|[^0-9:]).*)', '19\3-\1-\2 \4'),
    '(?s)^([0-9]{4})[ ./-]*[|]([0-9]+)[|][ ./-]*([0-9]{1,2})((?:$|[^0-9:]).*)', '\1-\2-\3 \4'),
    '(?s)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|] +([0-9]{1,2}) +([0-9]{1,2}:[0-9:]{2,5})(?: +[A-Z]{3,4})? +([0-9]{4})$', '\4-\1-\2 \3'),
    '(?s)^([0-9]{4}-[0-9]+-[0-9]+) [ ,]*(?:(?:@|at|um|om|à|às|alle|a las) +)?', '\1 ');

-- The second half of the day, unless its hours say so themselves.
create macro is_late(x) as
  regexp_matches(x, '(?:^|[^A-Za-z])[Pp][.]? ?[Mm][.]?(?:$|[^A-Za-z])|下午|午後|午后|오후|晚上|傍晚|中午') and not regexp_matches(x, '(^|[^0-9:])(1[3-9]|2[0-3]):');

create macro without_half(x) as
  regexp_replace(x,
    '(?s) *(?:[AaPp][.]? ?[Mm][.]?($|[^A-Za-z])|下午|午後|午后|오후|晚上|傍晚|中午|上午|午前|오전|凌晨|早上|早晨|清晨) *', ' \1', 'g');

create macro has_half(x) as
  regexp_matches(x, '(?:^|[^A-Za-z])[AaPp][.]? ?[Mm][.]?(?:$|[^A-Za-z])|下午|午後|午后|오후|晚上|傍晚|中午|上午|午前|오전|凌晨|早上|早晨|清晨');

-- Twelve o'clock is the hour 0 of its half.
create macro half_text(x) as
  case when has_half(x) then regexp_replace(without_half(x), '(?s)^(.*[^0-9:])?12(:|[时時시])', '\1 0\2') else x end;

create macro iso_time(x) as
  try_cast(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    trim(replace(replace(replace(replace(replace(replace(translate(x, '년월일시분초時秒', '年月日时分秒时秒'), '年', '-'), '月', '-'), '日', ' '), '时', ':'), '分', ':'), ': ', ':'), ' 秒:'),
    '(:[0-9]{2}(?:\.[0-9]+)?) *(Z|UTC|MSK|[A-Z]{2,4}T|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2}(?: *\([^)]*\))?)$', '\1'),
    '^([0-9]{4})[.] ([0-9]{1,2})[.] ([0-9]{1,2})[.]?', '\1-\2-\3'),
    '^([0-9]{4})[./-] *([0-9]{1,2})[./-] *([0-9]{1,2})', '\1-\2-\3'),
    '^([0-9]{4})([0-9]{2})([0-9]{2}) +', '\1-\2-\3 ') as timestamp);

-- 1. 5. 2026, 01.05.2026. or 01.05.2026, kl. 14.05 Uhr as 01.05.2026 14:05.
create macro tight_time(x) as
  regexp_replace(regexp_replace(regexp_replace(x,
    '^([0-9]{1,4})([./-]) ?([0-9]{1,2})([./-]) ?([0-9]{1,4})(?:[.]? ?г[.]?|[.])?(?:,? +(?:(?:kl[.]?|klo|um|at|à|в|о) +)?|,|$)', '\1\2\3\4\5 '),
    '^([0-9./-]+ +[0-9]{1,2})[.h]([0-9]{2})(?: *Uhr)?', '\1:\2'),
    '^([0-9./-]+ +[0-9]{1,2}:[0-9]{2})[.]([0-9]{2}$)', '\1:\2');

-- A time with names of months or halves of the day, or with blanks in it, which costs more: read so only where a column
-- shows them.
create macro lettered_time(x, day_order) as
  list_transform([named_day(tight_time(half_text(translate(x, '０１２３４５６７８９－．／：', '0123456789-./:'))))], lambda named: iso_time(numbered_day(named, day_order)))[1]
    + case when is_late(x) then interval '12' hour else interval '0' hour end;

-- The wall clock as written: an offset is cut, not applied.
create macro time_text(x, day_order) as
  case
    when regexp_full_match(x, '[0-9]{8}|[0-9]{10}|[0-9]{13}|[0-9]{14}') then time_number(x)
    when regexp_full_match(x, '[0-9]{5}(\.[0-9]+)?') then time_serial(x)
    else iso_time(numbered_day(x, day_order))
  end;

-- A day of a workbook that Excel took for another: 2026-02-08 was written 02/08/2026, and meant the 2nd of August.
create macro swapped_day(x) as regexp_replace(cell(x), '^([0-9]{4})-([0-9]{2})-([0-9]{2})', '\1-\3-\2');

-- Not the times that mean "never": 0001-01-01, 1900-01-00, 1970-01-01, and infinity. Nor a year before 1 or after 9999,
-- which Python cannot hold: every time that a file gives passes here.
create macro real_time(x) as
  case when x >= timestamp '1971-01-01 00:00:00' and x <= timestamp '9999-12-31 23:59:59' then x end;

create macro clean_time(x, day_order) as
  case
    when x is null or endless(x) then null
    when length(x) = 19 and x > '1971' and x like '____-%' then real_time(try_cast(x as timestamp))
    when not regexp_matches(x, '[0-9]') then null
    else list_transform(list_transform([cell(x)], lambda bare: time_text(bare, day_order)), lambda t: real_time(t))[1]
  end;

create macro clean_lettered_time(x, day_order) as
  list_transform(list_transform([case when not endless(x) then cell(x) end], lambda bare: lettered_time(bare, day_order)),
    lambda told: case when told is null then clean_time(x, day_order) else real_time(told) end)[1];

-- A month such as 2026-10 or 2026年10月, on its first day; else a day.
create macro clean_month(x) as
  case when regexp_full_match(cell(x), '[0-9]{4}[-/.年]?[0-9]{1,2}月?')
    then real_time(try_strptime(regexp_replace(cell(x), '^([0-9]{4})[-/.年]?([0-9]{1,2})月?$', '\1-\2-1'), '%Y-%m-%d'))
    else clean_time(x, 'mdy') end;

-- A time that says it is UTC, or counts seconds since 1970, moved to another zone; others keep their own wall clock.
create macro in_zone(x, moment, zone) as
  case when regexp_matches(cell(x), '(Z|UTC|GMT|[+-]00(:?00)?)$|^([0-9]{10}|[0-9]{13})$')
    then real_time(timezone(zone, timezone('UTC', moment))) else moment end;

create macro clean_time_in(x, day_order, zone) as in_zone(x, clean_time(x, day_order), zone);

create macro clean_lettered_time_in(x, day_order, zone) as in_zone(x, clean_lettered_time(x, day_order), zone);

-- Most texts begin and end with what is no blank. The words that mean "nothing" are short, and of letters only an n
-- begins one.
create macro plain_text(x) as
  (x between '!' and '~~' or x between '一' and '鿿') and (x[-1] between '!' and '~' or x[-1] between '一' and '鿿')
  and (strlen(x) > 4 or x between '0' and '9~' or x between 'A' and 'M~' or x between 'O' and 'Z~'
    or x between 'a' and 'm~' or x between 'o' and 'z~');

create macro clean_text(x) as case when plain_text(x) then x else cell(x) end;

create macro clean_integer(x) as try_cast(round(clean_money(x)) as integer);

-- Whole days from one day or moment to a later one.
create macro days_between(start, stop) as date_diff('day', cast(start as date), cast(stop as date));

-- Calendar months from one month's start to a later one's.
create macro months_between_starts(start, stop) as date_diff('month', cast(start as date), cast(stop as date));

-- A double as a decimal, to be summed: decimals sum to the same digits in whatever order threads bring them, doubles do not.
create macro exact(x) as cast(x as decimal(38, 18));

-- Equal keys, equal numbers; two keys may share one, so it only ever says that ids may repeat.
create macro key_hash(a, b) as hash(a, b);

-- A phone or an address without what people write otherwise; a masked one (138****1234) is many people's and tells nothing.
create macro bare_place(x) as coalesce(clean_phone(x), nullif(regexp_replace(lower(half_width(cell(x))), '[^\p{L}\p{N}]', '', 'g'), ''));

create macro hashed_place(x, salt) as
  case when not regexp_matches(x, '[*＊]') then sha256(salt || bare_place(x)) end;

-- One of 64 bits for such a number.
create macro key_bit(x) as cast(1 as ubigint) << (x & 63);
