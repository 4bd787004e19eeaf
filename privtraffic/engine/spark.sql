-- The functions that portable SQL may call, as Spark SQL functions; what each one means is told in embedded.sql.
-- Java's $ also matches before a line break at the end, its . not at a carriage return, its \s at a vertical tab: hence
-- \z, (?d) and sets written out. Its numbers may be of any digits: hence only ASCII is cast.
-- spark_functions.py writes the bodies of those that a function calls into it.

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

create temporary function sums_row(x string) returns boolean
  return coalesce(length(x) <= 24 and regexp_full_match(strip(x),
    '.{0,12}(?:合计|总计|小计|汇总|共计|小計|合計|総計|總計|伝票計|소계|합계|총계)[:：]?|'
    || '(?i:(?:grand |order |page |daily )?(?:sub[- ]?)?totals?|summe|zwischensumme|gesamtsumme|gesamt|'
    || 'sous-total|total général|subtotale?|subtotaal|totale|totale parziale|suma|razem|tussentotaal|dagtotaal|totaal|'
    || '(?:sub)?total (?:(?:do|da|del|du|de la|of the) )?(?:dia|día|jour|day|giorno|mes|mês|mois|month|pedido|order|commande|ordine|cliente|client|customer)|'
    || '(?:ara |genel )?toplam|(?:tổng )?cộng(?: đơn)?|รวม(?:บิล|ทั้งสิ้น|ทั้งหมด)?|(?:ال)?مجموع(?: (?:الفاتورة|الطلب))?|الإجمالي(?: الكلي)?)[:]?|(?:Итого|итого|ИТОГО|Всего|всего)(?: по (?:чеку|заказу|документу))?[:]?'), false);

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

create temporary function money_signs(x string) returns string
  return translate(translate(half_width(x), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬−–﹣⁻‐‑’', concat('01234567890123456789.,------', chr(39))),
    concat(' ', decode(unhex('C2A0E280AFE28089E28087E28088E2808BE2808EE2808FE280AAE280ACE280ADE281A0EFBBBF'), 'UTF-8')), '');

create temporary function money_bare(x string) returns string
  return regexp_replace(money_signs(x),
    '(?:HK|US|NT|AU|CA|NZ|MX|[SCAR])?[$]|S/|[¥€£৳₹₩₽₺₫฿₪₴₦₱元円圆圓원]|'
    || '(?i:RMB|CNY|USD|EUR|GBP|HKD|TWD|JPY|KRW|INR|AUD|CAD|NZD|SGD|MYR|THB|IDR|VND|PHP|BRL|MXN|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|RUB|TRY|ZAR|AED|SAR)|'
    || '(?i:Rs[.]?|kr[.]?|Rp[.]?|Fr[.]|RM|Ft|lei|TL|zl|Kc)|zł|ZŁ|Kč|KČ|(?:руб|РУБ|р)[.]?|лв[.]?', '');

create temporary function money_sign(x string) returns int
  return case when x rlike '(?d)^\(.*\)\z|[0-9]-\z|[0-9](CR|Cr|cr)\z' then -1 else 1 end;

create temporary function money_times(x string) returns int
  return case
    when x rlike '[0-9.](万|萬)' then 10000
    when x rlike '[0-9.](千|[kK])' then 1000
    when x rlike '[0-9.](亿|億)' then 100000000
    when x rlike '[0-9.]M' then 1000000
    else 1
  end;

create temporary function money_digits(x string) returns string
  return replace(replace(regexp_extract(regexp_replace(x, '(?d)^\((.*)\)\z', '$1'),
    '(?d)^([-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}|[0-9]{1,3}(?:\x27[0-9]{3})+|[0-9]+)?(?:[.][0-9]*)?)'
    || '(?:万|萬|千|亿|億|[kKM])?-{0,2}(?:CR|Cr|cr|DR|Dr|dr)?(?:\(.*)?\z', 1), ',', ''), chr(39), '');

create temporary function money_text(x string) returns decimal(18, 2)
  return money_sign(x) * case when money_times(x) = 1 then try_cast(money_digits(x) as decimal(18, 2))
    else try_cast(try_cast(money_digits(x) as decimal(18, 6)) * money_times(x) as decimal(18, 2)) end;

create temporary function number_text(x string) returns string
  return case when x rlike '^[\t-\r -~]*\z' and not contains(x, '_') then x end;

create temporary function bare_amount(x string) returns string
  return regexp_replace(cell(x), '(?s)^[\x{200B}\x{200E}\x{200F}\x{FEFF}]*=?["\x27`’]*(.*?)["\x27`’]*\z', '$1');

create temporary function endless(x string) returns boolean
  return octet_length(x) > 500;

create temporary function clean_money(x string) returns decimal(18, 2)
  return case when x is null or endless(x) then null
  else coalesce(try_cast(number_text(x) as decimal(18, 2)), money_text(money_bare(bare_amount(x)))) end;

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

create temporary function numbered_day(x string, day_order string) returns string
  return case day_order
    when 'mdy' then regexp_replace(regexp_replace(regexp_replace(x,
    '(?ds)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})((?:\z|[^0-9]).*)', '$3-$1-$2$4'),
    '(?ds)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-6][0-9])((?:\z|[^0-9]).*)', '20$3-$1-$2$4'),
    '(?ds)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([7-9][0-9])((?:\z|[^0-9]).*)', '19$3-$1-$2$4')
    when 'dmy' then regexp_replace(regexp_replace(regexp_replace(x,
    '(?ds)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})((?:\z|[^0-9]).*)', '$3-$2-$1$4'),
    '(?ds)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-6][0-9])((?:\z|[^0-9]).*)', '20$3-$2-$1$4'),
    '(?ds)^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([7-9][0-9])((?:\z|[^0-9]).*)', '19$3-$2-$1$4')
    when 'ymd' then regexp_replace(regexp_replace(regexp_replace(x,
    '(?ds)^([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})((?:\z|[^0-9]).*)', '$1-$2-$3$4'),
    '(?ds)^([0-6][0-9])[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})((?:\z|[^0-9]).*)', '20$1-$2-$3$4'),
    '(?ds)^([7-9][0-9])[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})((?:\z|[^0-9]).*)', '19$1-$2-$3$4')
    else nullif(x, regexp_extract(x, '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9].*', 0))
  end;

create temporary function numbered_month(x string) returns string
  return regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(x,
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:jan|gen|ene|oca|янв)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|1|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:feb|fev|fév|şub|фев)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|2|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:mar|mär|mrz|mrt|maa|мар)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|3|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:apr|avr|abr|nis|апр)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|4|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:may|mai|mei|mag|maj|май|мая)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|5|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:juin|jun|giu|haz|июн)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|6|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:juil|jul|lug|tem|июл)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|7|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:aug|aou|aoû|ago|ağu|авг)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|8|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:sep|set|eyl|сен)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|9|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:oct|okt|out|ott|eki|окт)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|10|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:nov|kas|ноя)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|11|'),
    '(?ds)(?iu)^(.*?)(^|[\x00-@\[-`{-\x7f])(?:dec|déc|dez|dic|ara|дек)[^\x00-@\[-`{-\x7f]*[.]?', '$1$2|12|');

create temporary function named_day(x string) returns string
  return regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(numbered_month(x),
    '(?ds)^(?:[^0-9|]*[ .,])?([0-9]{1,2})(?:st|nd|rd|th|er|º|ª|[.])?[ /-]*(?:de |of )? *[|]([0-9]+)[|][ ,/-]*(?:de |del |of )? *([0-9]{4})((?:\z|[^0-9:]).*)', '$3-$2-$1 $4'),
    '(?ds)^(?:[^0-9|]*[ .,])?([0-9]{1,2})(?:st|nd|rd|th|er|º|ª|[.])?[ /-]*(?:de |of )? *[|]([0-9]+)[|][ ,/-]*(?:de |del |of )? *([0-6][0-9])((?:\z|[^0-9:]).*)', '20$3-$2-$1 $4'),
    '(?ds)^(?:[^0-9|]*[ .,])?([0-9]{1,2})(?:st|nd|rd|th|er|º|ª|[.])?[ /-]*(?:de |of )? *[|]([0-9]+)[|][ ,/-]*(?:de |del |of )? *([7-9][0-9])((?:\z|[^0-9:]).*)', '19$3-$2-$1 $4'),
    '(?ds)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|][ /-]*([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]+([0-9]{4})((?:\z|[^0-9:]).*)', '$3-$1-$2 $4'),
    '(?ds)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|][ /-]*([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]+([0-6][0-9])((?:\z|[^0-9:]).*)', '20$3-$1-$2 $4'),
    '(?ds)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|][ /-]*([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]+([7-9][0-9])((?:\z|[^0-9:]).*)', '19$3-$1-$2 $4'),
    '(?ds)^([0-9]{4})[ ./-]*[|]([0-9]+)[|][ ./-]*([0-9]{1,2})((?:\z|[^0-9:]).*)', '$1-$2-$3 $4'),
    '(?ds)^(?:[^0-9|]*[ .,])?[|]([0-9]+)[|] +([0-9]{1,2}) +([0-9]{1,2}:[0-9:]{2,5})(?: +[A-Z]{3,4})? +([0-9]{4})\z', '$4-$1-$2 $3'),
    '(?ds)^([0-9]{4}-[0-9]+-[0-9]+) [ ,]*(?:(?:@|at|um|om|à|às|alle|a las) +)?', '$1 ');

create temporary function is_late(x string) returns boolean
  return x rlike '(?d)(?:^|[^A-Za-z])[Pp][.]? ?[Mm][.]?(?:\z|[^A-Za-z])|下午|午後|午后|오후|晚上|傍晚|中午' and not x rlike '(?d)(^|[^0-9:])(1[3-9]|2[0-3]):';

create temporary function without_half(x string) returns string
  return regexp_replace(x,
    '(?ds) *(?:[AaPp][.]? ?[Mm][.]?(\z|[^A-Za-z])|下午|午後|午后|오후|晚上|傍晚|中午|上午|午前|오전|凌晨|早上|早晨|清晨) *', ' $1');

create temporary function has_half(x string) returns boolean
  return x rlike '(?d)(?:^|[^A-Za-z])[AaPp][.]? ?[Mm][.]?(?:\z|[^A-Za-z])|下午|午後|午后|오후|晚上|傍晚|中午|上午|午前|오전|凌晨|早上|早晨|清晨';

create temporary function half_text(x string) returns string
  return case when has_half(x) then regexp_replace(without_half(x), '(?ds)^(.*[^0-9:])?12(:|[时時시])', '$1 0$2') else x end;

create temporary function iso_time(x string) returns timestamp_ntz
  return time_of(time_parts(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    trim(both ' 秒:' from
      replace(replace(replace(replace(replace(replace(translate(x, '년월일시분초時秒', '年月日时分秒时秒'), '年', '-'), '月', '-'), '日', ' '), '时', ':'), '分', ':'), ': ', ':')),
    '(:[0-9]{2}(?:\.[0-9]+)?) *(Z|UTC|MSK|[A-Z]{2,4}T|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2}(?: *\([^)]*\))?)\z', '$1'),
    '^([0-9]{4})[.] ([0-9]{1,2})[.] ([0-9]{1,2})[.]?', '$1-$2-$3'),
    '^([0-9]{4})[./-] *([0-9]{1,2})[./-] *([0-9]{1,2})', '$1-$2-$3'),
    '^([0-9]{4})([0-9]{2})([0-9]{2}) +', '$1-$2-$3 ')));

create temporary function tight_time(x string) returns string
  return regexp_replace(regexp_replace(regexp_replace(x,
    '^([0-9]{1,4})([./-]) ?([0-9]{1,2})([./-]) ?([0-9]{1,4})(?:[.]? ?г[.]?|[.])?(?:,? +(?:(?:kl[.]?|klo|um|at|à|в|о) +)?|,|\z)', '$1$2$3$4$5 '),
    '^([0-9./-]+ +[0-9]{1,2})[.h]([0-9]{2})(?: *Uhr)?', '$1:$2'),
    '^([0-9./-]+ +[0-9]{1,2}:[0-9]{2})[.]([0-9]{2}\z)', '$1:$2');

create temporary function lettered_time(x string, day_order string) returns timestamp_ntz
  return iso_time(numbered_day(named_day(tight_time(half_text(translate(x, '０１２３４５６７８９－．／：', '0123456789-./:')))), day_order))
    + case when is_late(x) then interval '12' hour else interval '0' hour end;

create temporary function time_text(x string, day_order string) returns timestamp_ntz
  return case
    when regexp_full_match(x, '[0-9]{8}|[0-9]{10}|[0-9]{13}|[0-9]{14}') then time_number(x)
    when regexp_full_match(x, '[0-9]{5}(\.[0-9]+)?') then time_serial(x)
    else iso_time(numbered_day(x, day_order))
  end;

create temporary function swapped_day(x string) returns string
  return regexp_replace(cell(x), '^([0-9]{4})-([0-9]{2})-([0-9]{2})', '$1-$3-$2');

create temporary function real_time(x timestamp_ntz) returns timestamp_ntz
  return case when x >= timestamp_ntz'1971-01-01 00:00:00' and x <= timestamp_ntz'9999-12-31 23:59:59' then x end;

create temporary function clean_time(x string, day_order string) returns timestamp_ntz
  return case
    when x is null or endless(x) then null
    when x > '1971' and x rlike '^[0-9]{4}-[0-9]{2}-[0-9]{2} (?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\z' then try_cast(x as timestamp_ntz)
    else real_time(time_text(cell(x), day_order))
  end;

create temporary function clean_lettered_time(x string, day_order string) returns timestamp_ntz
  return case when not endless(x) then coalesce(real_time(lettered_time(cell(x), day_order)), clean_time(x, day_order)) end;

create temporary function clean_month(x string) returns timestamp_ntz
  return case when regexp_full_match(cell(x), '[0-9]{4}[-/.年]?[0-9]{1,2}月?')
    then real_time(
      try_cast(regexp_replace(cell(x), '^([0-9]{4})[-/.年]?([0-9]{1,2})月?\z', '$1-$2-1') as timestamp_ntz))
    else clean_time(x, 'mdy') end;

create temporary function in_zone(x string, moment timestamp_ntz, zone string) returns timestamp_ntz
  return case when cell(x) rlike '(Z|UTC|GMT|[+-]00(:?00)?)\z|^([0-9]{10}|[0-9]{13})\z'
    then real_time(convert_timezone('UTC', zone, moment)) else moment end;

create temporary function clean_time_in(x string, day_order string, zone string) returns timestamp_ntz
  return in_zone(x, clean_time(x, day_order), zone);

create temporary function clean_lettered_time_in(x string, day_order string, zone string) returns timestamp_ntz
  return in_zone(x, clean_lettered_time(x, day_order), zone);

create temporary function clean_text(x string) returns string
  return cell(x);

create temporary function clean_integer(x string) returns int
  return try_cast(round(clean_money(x)) as int);

create temporary function days_between(start timestamp_ntz, stop timestamp_ntz) returns int
  return datediff(cast(stop as date), cast(start as date));

create temporary function months_between_starts(start timestamp_ntz, stop timestamp_ntz) returns int
  return (year(stop) - year(start)) * 12 + month(stop) - month(start);

create temporary function exact(x double) returns decimal(38, 18)
  return cast(x as decimal(38, 18));

create temporary function key_hash(a string, b string) returns bigint
  return xxhash64(a, b);

create temporary function bare_place(x string) returns string
  return coalesce(clean_phone(x), nullif(regexp_replace(lower(translate(half_width(cell(x)), 'İΣ', 'iσ')), '[^\p{L}\p{N}]', ''), ''));

create temporary function hashed_place(x string, salt string) returns string
  return case when not regexp_like(x, '[*＊]') then sha2(concat(salt, bare_place(x)), 256) end;

create temporary function key_bit(x bigint) returns bigint
  return shiftleft(1L, cast(x & 63 as int));
