"""Print how often each sentence is said: `python -m tests.calibration [--datasets 100] [--only NAME ...]`."""

from __future__ import annotations

import argparse
import time

from tests.calibration.rates import Rate
from tests.calibration.registry import Row, all_simulations


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument("--datasets", type=int, default=100, help="simulated datasets each (100)")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="NAME", help="simulations whose name begins so"
    )
    given = parser.parse_args()
    print(
        "| what is said | of data in which | before | now (95 % interval; of) | aim |\n|---|---|---|---|---|"
    )
    for simulation in all_simulations():
        if given.only and not simulation.name.startswith(tuple(given.only)):
            continue
        start = time.perf_counter()
        outcomes = simulation.outcomes(given.datasets)
        for row in simulation.rows:
            print(line(row, Rate.of_outcomes(outcomes[row.key])), flush=True)
        each = (time.perf_counter() - start) / given.datasets
        print(f"<!-- {simulation.name}: {given.datasets} datasets, {each:.2f} s each -->", flush=True)


def line(row: Row, rate: Rate) -> str:
    """A row of the table."""
    low, high = rate.interval()
    aim = "" if row.at_most is None else f"{'<=' if row.at_most else '>='} {100 * row.aim:.0f} %"
    now = (
        "never tried"
        if not rate.of
        else f"{100 * rate.value:.1f} % ({100 * low:.0f} to {100 * high:.0f}; {rate.of:.0f})"
    )
    return f"| {row.says} | {row.world} | {row.before} | {now} | {aim} |"


if __name__ == "__main__":
    main()
