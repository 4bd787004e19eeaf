"""What is made of the columns that no field was found for: read, told, asked, and said in the account."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import privtraffic as pt
from privtraffic.analyses.check.present import notes, present
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.states import state_of
from privtraffic.intake.load import Dataset, load
from privtraffic.intake.understand.currencies import codes_of
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.profile import profile
from privtraffic.intake.understand.undoing import undoing
from privtraffic.intake.understand.vocabulary import says, tokens
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings

SHOP = (
    ("T1", "k1", "2026-03-01", "30.00"),
    ("T2", "k2", "2026-03-02", "50.00"),
    ("T3", "k1", "2026-03-09", "20.00"),
    ("T4", "k3", "2026-03-10", "40.00"),
)
"""Four orders of three members, 140.00."""


def shop(title: str, cells: tuple[str, ...], total: str = "order_total") -> str:
    lines = [f"ticket,customer_id,order_date,{total},{title}"]
    lines += [",".join((*row, cell)) for row, cell in zip(SHOP, cells, strict=True)]
    return "\n".join(lines) + "\n"


def read(folder: Path, text: str, *mapping: tuple[str, str], **more: str) -> Dataset:
    path = folder / "export.csv"
    path.write_text(text, "utf-8")
    return load(path, settings=Settings(mapping=mapping, **more))  # type: ignore[arg-type]


def asked(folder: Path, text: str) -> PrivtrafficError:
    with pytest.raises(PrivtrafficError) as error:
        read(folder, text)
    assert "\n" not in error.value.text()
    return error.value


def revenue(folder: Path, text: str, *mapping: tuple[str, str], **more: str) -> Decimal:
    with read(folder, text, *mapping, **more) as data:
        return data.quality.revenue


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("RefundedAmount", ("refunded", "amount")),
        ("refundamount", ("refund", "amount")),
        ("REFUND_AMOUNT", ("refund", "amount")),
        ("account", ("account",)),
        ("Rückerstattung", ("ruckerstattung",)),
    ],
)
def test_words_of_a_header(header: str, words: tuple[str, ...]) -> None:
    assert tokens(header) == words


@pytest.mark.parametrize(
    ("header", "meaning", "there"),
    [
        ("Account", "quantity", False),
        ("Item count", "quantity", True),
        ("Syntax", "tax", False),
        ("MwSt", "tax", True),
        ("价税合计", "incl", True),
        ("Gesamterstattung", "refund", True),
        ("Werkstatt", "refund", False),
        ("Stornodatum", "time", True),
        ("キャンセル日", "time", True),
        ("日用品", "time", False),
    ],
)
def test_a_meaning_is_a_word_and_never_a_part_of_one(header: str, meaning: str, there: bool) -> None:
    assert says(header, meaning) is there


def test_a_header_knows_its_names() -> None:
    header = Header((" 实付金额（元） ", "Order-ID", "order_id"))
    assert header.find("实付金额") == (0,)
    assert header.find("ORDER ID") == (1,)
    assert header.find_all(("nothing", "order id", "实付金额")) == (1, 0)


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("Fully refunded", "refunded"),
        ("退款成功", "refunded"),
        ("退款中", ""),
        ("未退款", ""),
        ("退款关闭", ""),
        ("refund requested", ""),
        ("partially refunded", "partial"),
        ("non-returnable", ""),
        ("申请取消", ""),
        ("作废", "cancelled"),
        ("换货", "replaced"),
        ("teilweise erstattet", "partial"),
        ("Livré", ""),
        # A refund or cancellation that was itself refused, failed or called off undoes nothing; what failed beside it
        # is its reason, and two of them with a stroke between are both said.
        *[(word, "") for word in (
            "取消失败", "拒绝取消", "取消被拒", "退款失败", "退款关闭", "撤销退款", "退款已取消", "关闭失败",
            "cancellation rejected", "cancel failed", "refund denied", "Refund cancelled", "return cancelled",
            "取消退款", "退款取消", "退款已撤销", "退款被拒", "退款申请超时关闭", "退款超时", "卖家拒绝退款",
            "取消订单失败", "退款处理失败", "退款：失败", "Cancel refund", "refund cancelled", "refund failed",
            "Refund - rejected", "refund declined", "Refund timed out", "Seller refused refund", "Failed to refund",
            "failed to cancel", "cancellation refused", "CANCEL_FAILED", "Order cancellation was denied",
            "Stornierung abgelehnt", "Stornierung wurde abgelehnt", "Erstattung abgelehnt",
            "Rückerstattung fehlgeschlagen", "Erstattung storniert", "remboursement refusé", "annulation échouée",
            "remboursement annulé", "échec du remboursement", "reembolso rechazado", "cancelación rechazada",
            "reembolso cancelado", "cancelamento recusado", "annullamento fallito", "rimborso rifiutato",
            "reso annullato", "annulering geweigerd", "terugbetaling geweigerd", "返金却下", "キャンセル失敗",
            "返品キャンセル", "환불 실패", "취소 거절", "환불취소", "zwrot odrzucony", "anulowanie odrzucone",
            "возврат отклонён", "отмена не удалась", "iade reddedildi", "iptal başarısız", "hoàn tiền thất bại",
            "pengembalian ditolak", "отказ в возврате", "Exchange rejected", "换货失败", "İade iptal edildi",
            "возврат отменён", "商家拒绝，退款", "Refund: rejected by seller", "已退款失败",
            "Rückerstattung: verweigert", "System failed to refund", "退款，被拒", "退款（打款失败）",
            "Cancelled: no", "Not cancelled",
        )],
        *[(word, "refunded") for word in (
            "İade/İptal", "Retoure/Storno", "Return/Void", "Refund/Cancel", "返品・キャンセル", "환불/취소",
            "반품/취소", "Cancelled / Refunded", "CANCELLED_REFUND", "Cancelled Refund", "Canceled Return",
            "订单取消退款成功", "全额退款取消订单", "超时自动退款", "发货超时已退款", "Refunded after timeout",
            "拼团失败已退款", "拼团失败，已退款", "缺货退款", "Delivery failed, refunded",
            "Refunded (delivery failed)", "Returned - refused by recipient", "Refund due to failed delivery",
            "Remboursement après échec de livraison", "Zahlung fehlgeschlagen, erstattet",
            "Reembolsado: entrega fallida", "Rimborso annullamento", "Remboursement annulation",
            "Reembolso por cancelación", "Возврат/Отмена", "Zwrot / Anulowanie", "Devolución/Cancelación",
            "Annulé et remboursé", "キャンセル返金", "취소 환불", "REFUNDED_TIMEOUT", "已取消退款成功",
            "退款成功(订单取消)", "取消订单并退款", "Payment declined - refunded", "支付失败退款",
            "Terugbetaling/Annulering", "Hoàn tiền/Hủy", "已退款（发货失败）", "Lieferung fehlgeschlagen, Retoure",
            "İade + İptal", "Refund & Cancel", "退货/取消", "Rückerstattung wegen Stornierung",
            "Annahme verweigert, Retoure", "Retoure (Annahme verweigert)", "Возврат - отказ покупателя",
            "Отказ, возврат", "被拒，退款", "Retourniert (verweigert)", "已退款（被拒）",
            "Livraison échouée, remboursement", "RETURNED_REFUSED", "Rejected - refunded", "Возврат после отказа",
            "Zwrot - odmowa przyjęcia", "Return (delivery refused)", "Gutschrift nach fehlgeschlagener Zustellung",
            "已取消已退款", "Cancelled/Refunded",
        )],
        *[(word, "cancelled") for word in (
            "Cancelled due to timeout", "CANCELLED_TIMEOUT", "已取消-超时", "已取消（超时未支付）",
            "Cancelled after failed fraud check", "超时取消", "付款失败已取消", "Payment failed - cancelled",
            "已取消：支付失败", "拼团失败已取消", "Cancelled - refund failed", "Storniert (Zahlung fehlgeschlagen)",
            "CANCELED_PAYMENT_DECLINED", "Annulé : paiement refusé", "Cancelado por pago rechazado",
            "Cancelado - pagamento recusado", "Annullato (pagamento fallito)", "Geannuleerd - betaling mislukt",
            "Anulowano: płatność odrzucona", "Отменён: оплата отклонена", "Ödeme başarısız, iptal edildi",
            "決済失敗キャンセル", "결제 실패 취소", "超时自动取消", "Auto-cancelled: timed out",
            "Cancelled KYC failed", "付款超时取消", "系统取消(拼团失败)", "Đã hủy: thanh toán thất bại",
            "Dibatalkan - pembayaran gagal", "Cancelled, order rejected by seller",
            "Stornierung nach abgelehnter Zahlung", "Rejected - cancelled", "Cancelled (no stock)",
            "Storno (Zahlung abgelehnt)", "取消（支付失败）", "Annulation - paiement refusé",
        )],
        *[(word, "closed") for word in (
            "交易关闭：支付失败", "订单关闭（超时未支付）", "已关闭(退款)", "交易关闭，退款", "已关闭 - 拼团失败",
        )],
        *[(word, "replaced") for word in (
            "超时换货", "Lieferung fehlgeschlagen, Ersatzlieferung",
        )],
        *[(word, "unpaid") for word in ("No Show", "no-show", "爽约")],
    ],
)  # fmt: skip
def test_what_a_word_undoes(word: str, what: str) -> None:
    assert undoing(word) == what


@pytest.mark.parametrize(
    ("text", "name", "takes_back"),
    [
        ("completed\x1estatus:refunded", "sent_back", False),
        ("completed\x1epayment_status:pending", "unpaid", False),
        ("completed\x1estatus:pending", "paid", False),
        ("cancelled\x1estatus:refunded", "cancelled", False),
        ("\x1edocument:Return", "paid", True),
        ("\x1ecancelled:Y", "cancelled", False),
        ("\x1ecancelled:N", "none", False),
        ("\x1evalid:0", "cancelled", False),
        ("completed\x1erefund_status:success\x1epayment_status:paid", "sent_back", False),
    ],
)
def test_the_worst_of_all_statuses_counts(text: str, name: str, takes_back: bool) -> None:
    state = state_of(profile("generic_orders"), text)
    assert (state.name, state.takes_back) == (name, takes_back)


def test_a_refund_is_told_with_its_share(tmp_path: Path) -> None:
    """10 of 50 and all of 40 come back: 90 of 140 are left; T4 is no order."""
    with read(tmp_path, shop("Kulanzerstattung", ("", "10.00", "", "40.00"))) as data:
        quality = data.quality
        assert quality.revenue == 90
        assert quality.rows_dropped == {"refunded": 1}
        assert dict(quality.notes)["note.refund_seen"]["share"] == "35.7 %"
        assert quality.files[0].mapping["refund_amount"] == "Kulanzerstattung"
        assert quality.files[0].confidence == 0.9
    assert revenue(tmp_path, shop("Kulanzerstattung", ("", "10.00", "", "40.00")), ("refund_amount", "-")) == 140


def test_a_refund_that_is_off_already_is_not_taken_off_again(tmp_path: Path) -> None:
    text = shop("refunds,list_amount", ("0,30.00", "10.00,60.00", "0,20.00", "5.00,45.00"), "net_amount")
    with read(tmp_path, text) as data:
        assert data.quality.revenue == 140
        found = {column.column: column for column in data.quality.files[0].unread}
        assert (found["refunds"].done, found["refunds"].share) == ("already_off", round(15 / 140, 4))
        assert found["list_amount"].done == "adds_up"


def test_a_net_amount_without_a_gross_one_is_asked_about(tmp_path: Path) -> None:
    text = shop("refunds", ("0", "10.00", "0", "5.00"), "net_sales")
    error = asked(tmp_path, text)
    assert error.key == "ask_refund"
    assert "140.00" in error.text()
    assert "125.00" in error.text("zh")
    assert revenue(tmp_path, text, ("refund_amount", "-")) == 140
    assert revenue(tmp_path, text, ("refund_amount", "refunds")) == 125


def test_a_column_that_behaves_as_a_refund_is_asked_about(tmp_path: Path) -> None:
    error = asked(tmp_path, shop("Adjustment", ("0", "10.00", "0", "40.00")))
    assert error.key == "ask_if_refund"
    assert "140.00" in error.text()
    assert "90.00" in error.text()
    assert revenue(tmp_path, shop("Cash", ("0", "10.00", "0", "40.00"))) == 140


def test_a_discount_is_asked_about_only_beside_an_amount_before_it(tmp_path: Path) -> None:
    text = shop("promo discount", ("0", "10.00", "0", "5.00"), "gross_sales")
    assert asked(tmp_path, text).key == "ask_discount"
    assert revenue(tmp_path, text, ("discount", "-")) == 140
    assert revenue(tmp_path, text, ("discount", "promo discount")) == 125
    assert revenue(tmp_path, text.replace("gross_sales", "amount_paid")) == 140


@pytest.mark.parametrize(
    ("title", "cells", "right"),
    [
        ("Discount", ("0.5", "0", "0", "0.25"), 115),
        ("Discount %", ("50%", "0%", "0%", "25%"), 115),
        ("折扣", ("0.5", "1", "1", "0.75"), 115),
        ("Discount", ("15.00", "0", "0", "10.00"), 115),
    ],
)
def test_a_discount_beside_price_and_quantity(tmp_path: Path, title: str, cells: tuple[str, ...], right: int) -> None:
    """30 and 40 less 15 and 10, however it is written."""
    assert revenue(tmp_path, shop(f"qty,{title}", tuple(f"1,{cell}" for cell in cells), "unit_price")) == right


def test_a_total_with_tax_and_shipping_goes_before_its_parts(tmp_path: Path) -> None:
    cells = tuple(f"{tax},{ship},{whole}" for tax, ship, whole in ((3, 0, 33), (5, 0, 55), (2, 6, 28), (4, 0, 44)))
    with read(tmp_path, shop("tax,shipping fee,final charge", cells, "amount")) as data:
        assert data.quality.revenue == 160
        assert "note.amount_by_sum" in dict(data.quality.notes)


def test_two_amounts_without_a_sum_between_them_are_asked_about(tmp_path: Path) -> None:
    error = asked(tmp_path, shop("paid by buyer", ("29", "48", "20", "40"), "amount"))
    assert error.key == "ask_amount"
    assert "140.00" in error.text()
    assert "137.00" in error.text()


def test_a_question_shows_the_totals_that_its_answers_give(tmp_path: Path) -> None:
    """Each order's 30, 50, 20, 40 and 60 stand on both of its lines: 200 or 196, not twice as much."""
    orders = zip((*SHOP, ("T5", "k4", "2026-03-12", "60.00")), (29, 48, 20, 40, 59), strict=True)
    rows = [(*row, more, goods) for row, more in orders for goods in ("cap", "sock")]
    heads = "ticket,customer_id,order_date,amount,paid by buyer,product"
    text = "\n".join([heads, *(",".join(map(str, row)) for row in rows)]) + "\n"
    error = asked(tmp_path, text)
    assert error.key == "ask_amount"
    answers = [revenue(tmp_path, text, ("paid_amount", name)) for name in heads.split(",")[3:5]]
    assert answers == [200, 196]
    assert [error.values["first_total"], error.values["second_total"]] == ["200.00", "196.00"]


@pytest.mark.parametrize(
    ("days", "sure"), [(("01", "02", "03", "04", "05", "06"), True), (("01", "02", "03", "01", "02", "03"), False)]
)
def test_a_day_of_no_known_name_is_sure_where_it_changes_with_the_order(
    tmp_path: Path, days: tuple[str, ...], sure: bool
) -> None:
    """Three members buy twice: a day that stays with each of them may be the one on which he joined."""
    rows = [f"T{at},k{at % 3},2026-03-{day},{at + 20}.00" for at, day in enumerate(days)]
    with read(tmp_path, "\n".join(["ticket,customer_id,posting date,total paid", *rows]) + "\n") as data:
        assert data.quality.revenue == 135
        assert (data.quality.files[0].confidence >= 0.9) == sure


def test_what_is_only_likely_is_told_and_less_sure(tmp_path: Path) -> None:
    """Nothing says which sale the slip takes back: its 40 come off, the confidence is below 0.75."""
    with read(tmp_path, shop("Slip kind", ("Sale", "Sale", "Sale", "Return"))) as data:
        assert data.quality.money_read == 60
        assert data.quality.files[0].confidence < 0.75
        assert dict(data.quality.notes)["note.undone_document"]["share"] == "28.6 %"


@pytest.mark.parametrize(("decimal", "right"), [(",", 30_000), (".", 30)])
def test_dots_are_asked_about(tmp_path: Path, decimal: str, right: int) -> None:
    text = "ticket,customer_id,order_date,total\n1,a,2026-03-01,12.500\n2,b,2026-03-02,17.500\n"
    error = asked(tmp_path, text)
    assert error.key == "ambiguous_decimal"
    assert "30,000.00 in all, or 30.00" in error.text()
    assert revenue(tmp_path, text, decimal=decimal) == right


@pytest.mark.parametrize(
    ("more", "right"), [("currency", 30_000), ("tax", 30), ("none", None)], ids=["IDR", "1.25", "nothing"]
)
def test_other_columns_tell_what_a_dot_is(tmp_path: Path, more: str, right: int | None) -> None:
    cells = {"currency": ("IDR", "IDR"), "tax": ("1.25", "1.75"), "none": ("", "")}[more]
    text = f"ticket,customer_id,order_date,total,{more}\n"
    text += f"1,a,2026-03-01,12.500,{cells[0]}\n2,b,2026-03-02,17.500,{cells[1]}\n"
    if right is None:
        assert asked(tmp_path, text).key == "ambiguous_decimal"
    else:
        assert revenue(tmp_path, text) == right


def test_a_sign_before_decimals_is_one_of_two() -> None:
    with pytest.raises(PrivtrafficError, match="--decimal"):
        Settings(decimal=";")


def test_yen_and_yuan() -> None:
    assert codes_of(["¥", "JPY"]) == {"¥": "JPY", "JPY": "JPY"}
    assert codes_of(["¥", "人民币"]) == {"¥": "CNY", "人民币": "CNY"}
    assert codes_of(["$", "HK$"]) == {"$": "USD", "HK$": "HKD"}


@pytest.mark.parametrize(
    ("amounts", "codes"), [(("RMB 5", "¥7"), ""), (("$5 USD", "$7 CAD"), "CAD, USD"), (("RM 5", "¥7"), "CNY, MYR")]
)
def test_a_code_says_more_than_a_sign(tmp_path: Path, amounts: tuple[str, str], codes: str) -> None:
    rows = "".join(f"{n},m{n},2026-01-0{n},{amount}\n" for n, amount in enumerate(amounts, 1))
    text = f"order_id,member_id,ordered_at,paid_amount\n{rows}"
    if codes:
        assert str(asked(tmp_path, text)).startswith(f"amounts in {codes} cannot be added")
    else:
        assert revenue(tmp_path, text) == 12


def test_a_currency_is_chosen_among_signs(tmp_path: Path) -> None:
    text = "ticket,customer_id,order_date,total\n1,a,2026-03-01,€12\n2,b,2026-03-02,£17\n"
    assert asked(tmp_path, text).key == "mixed_currencies"
    assert revenue(tmp_path, text, currency="GBP") == 17


def test_keys_that_name_nobody_are_named(tmp_path: Path) -> None:
    rows = zip(("Guest", "散客", "0", "k9"), SHOP, strict=True)
    text = "ticket,customer_id,order_date,total\n"
    text += "".join(f"{row[0]},{key},{row[2]},{row[3]}\n" for key, row in rows)
    with read(tmp_path, text) as data:
        assert data.quality.revenue == 40
        assert data.quality.anonymous_revenue == 100
        note = dict(data.quality.notes)["note.placeholder_keys"]
        assert note["rows"] == 3
        assert "散客 (1)" in str(note["keys"])


@pytest.mark.parametrize(("times", "members"), [(400, 30), (100, 31)])
def test_a_key_on_far_too_many_orders_is_nobodys(tmp_path: Path, times: int, members: int) -> None:
    """Thirty members with two to thirteen orders each; the till's own key has 400 or 100."""
    rows = [("till7", i) for i in range(times)] + [(f"k{i % 30}", i) for i in range(390)]
    text = "ticket,customer_id,order_date,total\n"
    text += "".join(f"{key}-{i},{key},2026-03-{i % 28 + 1:02},1.00\n" for key, i in rows)
    with read(tmp_path, text) as data:
        found = data.engine.fetch("select count(distinct member_id) as n from orders where member_id is not null")
        assert found["n"][0].as_py() == members
        assert ("note.frequent_key" in dict(data.quality.notes)) is (members == 30)


def test_a_phone_is_one_member_however_it_is_written(tmp_path: Path) -> None:
    keys = ("13700001111", "+86 137 0000 1111", "１３７００００１１１１", "13700002222")
    text = "ticket,phone,order_date,total\n"
    text += "".join(f"{row[0]},{key},{row[2]},{row[3]}\n" for key, row in zip(keys, SHOP, strict=True))
    with read(tmp_path, text) as data:
        assert data.engine.fetch("select count(distinct member_id) as n from orders")["n"][0].as_py() == 2


def test_a_time_of_day_belongs_to_the_day_beside_it(tmp_path: Path) -> None:
    with read(tmp_path, shop("Uhrzeit", ("09:15", "10:00:30", "", "23:59"))) as data:
        times = data.engine.fetch("select ordered_at from orders order by order_id")["ordered_at"].to_pylist()
        assert [f"{time:%H:%M:%S}" for time in times] == ["09:15:00", "10:00:30", "00:00:00", "23:59:00"]
        assert data.quality.files[0].mapping["created_at"] == "order_date + Uhrzeit"


def test_every_column_that_is_not_read_is_in_the_account(tmp_path: Path) -> None:
    cells = (
        "12.00,Gold,a@x.example,",
        "20.00,Gold,b@x.example,",
        "8.00,Basic,a@x.example,",
        "16.00,Basic,c@x.example,",
    )
    with read(tmp_path, shop("Unit cost,Customer tier,Reply to,Empty", cells)) as data:
        file = data.quality.files[0].as_dict()
    assert file["unread"] == [
        {"column": "Unit cost", "seen_as": "cost", "share_of_money": None, "what_was_done": "not_read"},
        {"column": "Customer tier", "seen_as": "kind_of_member", "share_of_money": None, "what_was_done": "not_read"},
        {"column": "Reply to", "seen_as": "contact", "share_of_money": None, "what_was_done": "not_read"},
        {"column": "Empty", "seen_as": "empty", "share_of_money": None, "what_was_done": "not_read"},
    ]


def test_a_return_of_a_member_without_a_purchase_is_told_to_the_cent(tmp_path: Path) -> None:
    """100.00 of sales and a return of 40.00 by k3, who bought before the file begins: read = kept + told."""
    with read(tmp_path, shop("Doc kind", ("Sale", "Sale", "Sale", "Return"))) as data:
        quality = data.quality
        assert quality.rows_dropped == {"refund_without_purchase": 1}
        assert (quality.revenue, quality.money_dropped["refund_without_purchase"]) == (100, -40)
        told = dict(quality.notes)["note.refund_alone"]
        assert told == {"rows": 1, "money": -40, "money_with": 60}
        assert quality.money_read == quality.revenue + told["money"] == told["money_with"]
        (note,) = (note for note in notes(quality, Words("en")) if note.key == "note.refund_alone")
        assert "1 row takes back -40.00" in note.text
        assert "would be 60.00" in note.text


def test_a_note_names_its_file_and_its_column(tmp_path: Path) -> None:
    """In JSON they are fields of their own, as the file writes them."""
    with read(tmp_path, shop("Kulanzerstattung", ("", "10.00", "", "40.00"))) as data:
        report = present(pt.check(data), Words("en"))
        written = to_json(report, "0", ["o.csv"])["notes"]
    (note,) = (note for note in written if note["key"] == "note.refund_seen")
    assert (note["file"], note["column"]) == ("export.csv", "Kulanzerstattung")


OWED = """订单号,会员,时间,订单金额,实付金额,待付款
1,A,2026-01-01 10:00:00,100,80,20
2,B,2026-01-02 10:00:00,50,50,0
3,C,2026-01-03 11:00:00,70,40,30
"""
CENTS = """订单号,会员,时间,实付金额,退款金额
1,A,2026-01-01 10:00:00,120.00,0.50
2,B,2026-01-02 10:00:00,50.00,0
3,C,2026-01-03 11:00:00,70.00,0.30
4,D,2026-01-04 11:00:00,90.00,0.20
"""


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (OWED, 80 + 50 + 40),
        (
            OWED.replace("待付款", "Still to be paid").replace("实付金额", "Paid").replace("订单金额", "Order amount"),
            170,
        ),
        (CENTS, 330 - 1),
    ],
    ids=["待付款", "still to be paid", "refunds of cents"],
)
def test_what_is_owed_was_not_paid_and_cents_that_went_back_are_no_shares(
    tmp_path: Path, text: str, right: int
) -> None:
    assert revenue(tmp_path, text) == right


def test_a_phone_is_no_order_number_though_nobody_comes_back_at_first(tmp_path: Path) -> None:
    visits = [(number, f"2026-01-{1 + number // 30:02d} 10:{number % 30:02d}:01") for number in range(600)]
    visits += [(number, f"2026-05-09 12:00:{number:02d}") for number in range(50)]
    lines = [f"A{number},138{number:08d},{when},{item},50" for number, when in visits for item in "xy"]
    with read(tmp_path, "\n".join(["会员号,手机号,下单时间,商品,金额", *lines]) + "\n") as data:
        assert data.engine.fetch("select count(*) as n from orders")["n"][0].as_py() == 650
