"""One character for two ways of writing it: headers of Taiwan and Hong Kong are compared as those of the mainland."""

from __future__ import annotations

_PAIRS = (
    "專专與与業业東东個个為为爲为義义習习書书買买雲云亞亚產产倉仓從从價价眾众優优會会傳传體体餘余儲储兌兑關关冊册沖冲況况淨净準准減减"
    "處处擊击劃划創创刪删別别辦办務务動动勢势區区單单賣卖歷历縣县參参發发變变臺台號号後后員员問问團团國国圖图場场備备復复複复頭头獎奖實实"
    "審审賓宾對对導导層层屆届屬属帳账帐账賬账幣币帶带廣广庫库應应廢废開开異异歸归當当錄录徑径態态總总戶户拋抛擬拟揀拣掛挂換换據据攤摊"
    "數数時时術术權权條条來来構构標标樣样檢检櫃柜殘残畢毕決决沒没滿满漲涨測测瀏浏濟济潤润點点熱热無无狀状獲获環环現现畫画碼码確确禮礼種种"
    "稱称積积稅税筆笔簽签類类紅红約约級级納纳純纯線线練练組组細细織织終终紹绍經经綁绑結结給给絕绝統统繼继續续維维編编網网聯联職职節节薦荐"
    "營营虛虚補补裝装製制見见規规覽览觀观視视計计訂订認认讓让訊讯訪访評评識识試试詢询話话該该詳详請请諾诺調调貓猫負负財财敗败貨货質质購购貼贴"
    "費费資资賠赔贊赞贈赠趨趋車车轉转載载達达過过運运還还進进遲迟選选遞递郵邮銀银鋪铺舖铺銷销鎖锁鎮镇長长門门閃闪閉闭間间隊队階阶際际險险"
    "離离電电頁页預预領领頻频題题顏颜額额風风項项週周註注馬马驗验驟骤齡龄員员貴贵績绩說说舊旧麥麦魯鲁"
)
_ONE = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def one_way(text: str) -> str:
    """A text in the characters of the mainland, Japanese words too: for comparing, never for showing."""
    return text if text.isascii() else text.translate(_ONE)
