"""A shop small enough to recompute on paper: ten members, 17 rows, as of 2026-03-31.

member  orders (net)                                       recency  frequency  monetary
A       100 on 01-05, 200 on 02-10, 300 on 03-31                 0          3       600
B       50 on 03-01                                             30          1        50
C       80 on 01-31, 120 with 20 refunded on 02-28              31          2       180
D       500 on 2025-12-31                                       90          1       500
E       40 and 60 on 03-31, two orders of one day                0          2       100
F       one order of two lines, 30 + 70, on 02-14               45          1       100
G       100 on 03-15, wholly refunded                       no purchase
H       90 on 03-20, never paid                             no purchase
I       200 on 01-10; a negative document of 50 on 02-01        80          1       150
J       a negative document of 30 and nothing else          no purchase
-       70 on 03-10 by nobody known
"""

from pathlib import Path

HEADER = "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,brand,store"
ROWS = (
    "o1,1,A,2026-01-05 10:00:00,100.00,0,paid,Alder,North",
    "o2,1,A,2026-02-10 10:00:00,200.00,0,paid,Birch,North",
    "o3,1,A,2026-03-31 10:00:00,300.00,0,paid,Alder,South",
    "o4,1,B,2026-03-01 10:00:00,50.00,0,paid,Alder,South",
    "o5,1,C,2026-01-31 23:59:59,80.00,0,paid,Birch,North",
    "o6,1,C,2026-02-28 00:00:00,120.00,20.00,paid,Birch,North",
    "o7,1,D,2025-12-31 10:00:00,500.00,0,paid,Alder,South",
    "o8,1,E,2026-03-31 09:00:00,40.00,0,paid,Birch,South",
    "o9,1,E,2026-03-31 21:00:00,60.00,0,paid,Birch,South",
    "o10,1,F,2026-02-14 10:00:00,30.00,0,paid,Alder,North",
    "o10,2,F,2026-02-14 10:00:00,70.00,0,paid,Birch,North",
    "o11,1,G,2026-03-15 10:00:00,100.00,100.00,paid,Alder,North",
    "o12,1,H,2026-03-20 10:00:00,90.00,0,unpaid,Alder,North",
    "o13,1,I,2026-01-10 10:00:00,200.00,0,paid,Alder,North",
    "o14,1,I,2026-02-01 10:00:00,-50.00,0,paid,Alder,North",
    "o15,1,J,2026-03-05 10:00:00,-30.00,0,paid,Alder,North",
    "o16,1,,2026-03-10 10:00:00,70.00,0,paid,Alder,North",
)
MEMBERS_HEADER = "member_id,joined_at,channel,store"
MEMBERS = (
    "A,2025-11-01,search,North",
    "B,2026-02-27,friend,South",
    "C,2026-01-31,search,North",
    "G,2026-03-01,friend,North",
    "H,2026-03-19,friend,North",
    "K,2026-01-01,search,South",
)


def write_shop(folder: Path, rows: tuple[str, ...] = ROWS, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return path


def write_members(folder: Path) -> Path:
    path = folder / "members.csv"
    path.write_text("\n".join((MEMBERS_HEADER, *MEMBERS)) + "\n", "utf-8")
    return path
