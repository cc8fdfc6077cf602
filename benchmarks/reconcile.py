"""How long two extracts of so many people take to compare, and how much memory: `python benchmarks/reconcile.py`.

Rows of ten items; one in a thousand differs, one in ten thousand is missing. Each size in a process of its own.
"""

from __future__ import annotations

import csv
import resource
import tempfile
import time
from pathlib import Path

from sizes import measure_each

from harness.reconcile.compare import reconcile
from harness.reconcile.mapping import Mapping

HEADING = ("宛名番号", "氏名", "カナ", "生年月日", "性別", "続柄", "住所", "住定日", "世帯番号", "印鑑番号", "印鑑状態")


def main() -> None:
    """Measure each size."""
    measure_each(measure, "rows", __doc__, 100_000, 1_000_000)


def measure(rows: int) -> None:
    """Write two extracts, UTF-8 and CP932, and compare them."""
    with tempfile.TemporaryDirectory() as folder:
        a, b = Path(folder) / "a.csv", Path(folder) / "b.csv"
        write(a, rows, "utf-8", lambda n: False, lambda n: False)
        write(b, rows, "cp932", lambda n: n % 10_000 == 1, lambda n: n % 1_000 == 2)
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        found = reconcile(a, b, Mapping())
        took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{rows:>9,} rows each: {took_s:5.1f} s ({cpu_s:.1f} s CPU), peak {peak_mb} MB; "
        f"{found.same:,} same, {found.differing:,} differ, {found.only_a:,} only in A, {found.only_b:,} only in B"
    )


def write(file: Path, rows: int, encoding: str, left_out, differs) -> None:
    """Write one extract; people are numbers with invented names."""
    with file.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADING)
        for n in range(rows):
            if not left_out(n):
                address = f"架空県見本市{n % 97}町{n % 31 + 1}番{n % 13 + 1}号" + ("転居" if differs(n) else "")
                day = f"{1930 + n % 90}-{n % 12 + 1:02}-{n % 28 + 1:02}"
                name, kana, sex = f"見本 {n}郎", f"ミホン {n}", "男女"[n % 2]
                seal = f"S{n:07}"
                state = "登録" if n % 3 else "廃印"
                writer.writerow((f"{n:010}", name, kana, day, sex, "世帯主", address, day, f"H{n // 3}", seal, state))


if __name__ == "__main__":
    main()
