"""Tax figures (所得・課税・納税) that agree within themselves and differ from everyone else's."""

from __future__ import annotations

from harness.population.seeded import seeded
from harness.records.resident import Tax

TAX_YEARS = (2024, 2025, 2026)  # 年度 on offer as of the reference day
_LEAST_INCOME, _MOST_INCOME = 480_000, 12_000_000
_CITY_PERCENT, _PREFECTURE_PERCENT = 6, 4  # 所得割 of an ordinary municipality
_DEPENDANT_DEDUCTION = 330_000


class TaxOffice:
    """Assesses residents; no two assessments have the same 合計所得金額."""

    def __init__(self, seed: str) -> None:
        """Open the office of a seed."""
        self._random = seeded(seed, "taxes")
        self._incomes: set[int] = set()

    def assess(self, dependants: int) -> tuple[Tax, ...]:
        """Return one resident's figures for all years, oldest first."""
        return tuple(self._year(year, dependants) for year in TAX_YEARS)

    def _year(self, year: int, dependants: int) -> Tax:
        random = self._random
        income = self._new_income()
        salary = income if random.random() < 0.7 else income - random.randint(1_000, income // 3)
        deductions = 430_000 + dependants * _DEPENDANT_DEDUCTION + random.randint(20_000, 900_000)
        taxable = max(0, income - deductions) // 1000 * 1000
        city, prefecture = (taxable * percent // 100 // 100 * 100 for percent in (_CITY_PERCENT, _PREFECTURE_PERCENT))
        per_capita = (3_000, 1_000) if taxable else (0, 0)
        annual = city + prefecture + sum(per_capita)
        unpaid = annual // 4 // 100 * 100 if random.random() < 0.1 else 0
        return Tax(
            year=year,
            total_income=income,
            salary_income=salary,
            deductions=deductions,
            dependants=dependants,
            taxable=taxable,
            city_levy=city,
            city_per_capita=per_capita[0],
            prefecture_levy=prefecture,
            prefecture_per_capita=per_capita[1],
            annual_tax=annual,
            paid=annual - unpaid,
            unpaid=unpaid,
        )

    def _new_income(self) -> int:
        while (income := self._random.randint(_LEAST_INCOME, _MOST_INCOME)) in self._incomes:
            pass
        self._incomes.add(income)
        return income
