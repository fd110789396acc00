"""Cut the bird clips that no figure was taken from: `python -m tests.calibration.cut_bird_others REPO OUT`.

REPO is a copy of SunnyTseng/Bird-Sound-Detection-2019 (313 clips of 10 s, warblrb10k and ff1010bird); every other clip
of it is in `harder/bird_presence`, the rest becomes the set that `BIOVIZ_BIRD_OTHERS` names. No statistic may be
changed looking at it.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

from tests.calibration.sources import HARDER


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.cut_bird_others", description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    known = {Path(row["path"]).stem for row in _rows(HARDER / "bird_presence" / "metadata.csv")}
    (given.out / "audio").mkdir(parents=True, exist_ok=True)
    rows = []
    for part in ("train", "test"):
        for row in _rows(given.repo / "soundData" / f"{part}.csv"):
            name, sound = row["itemid"], given.repo / "soundData" / part / f"{row['itemid']}.wav"
            if name in known or not sound.is_file():
                continue
            known.add(name)  # a clip is in the repository twice
            shutil.copy(sound, given.out / "audio" / sound.name)
            label = "bird" if row["hasbird"] == "1" else "background"
            site = "freefield" if name.isdigit() else "warblr"
            rows.append({"path": f"audio/{sound.name}", "label": label, "site": site})
    with open(given.out / "metadata.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
