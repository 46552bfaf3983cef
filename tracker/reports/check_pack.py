"""Checks a report pack with Python alone: python check_pack.py PACK.zip"""

import hashlib
import json
import sys
import zipfile
from typing import IO

MOST = 4 << 30  # bytes of one file; nothing is unpacked to disk or held in memory whole
ROW = {"csv": (b"\r\n", 1), "jsonl": (b"\n", 0), "xlsx": (b"<row ", 1)}  # what marks a row, and rows of headings


def problems(path: str) -> list[str]:  # every way in which the pack is not as it was made; none when all is well
    try:
        with zipfile.ZipFile(path) as pack:
            names, manifest = sorted(pack.namelist()), json.loads(pack.open("manifest.json").read(1 << 20))
            files, data = manifest["files"], manifest["data"]
            if sum(min(said["size"], MOST) for said in files.values()) > 2 * MOST:
                return ["its files are larger together than those of any pack"]
            found = [f"{name!r} is in it twice" for name, following in zip(names, names[1:]) if name == following]  # noqa: B905 - one shorter
            found += [f"{name!r} does not belong in it" for name in sorted(set(names) - {*files, "manifest.json"})]
            found += [f"{name!r} is missing" for name in sorted(set(files) - set(names))]
            for name in sorted(set(files) & set(names)):
                size, digest, _ = read(pack.open(name), files[name]["size"])
                if (size, digest) != (files[name]["size"], files[name]["sha256"]):
                    found.append(f"{name!r} is changed or cut short")
            ending = data.rpartition(".")[2]
            if not found and ending in ROW:
                file = pack.open(data)
                file = zipfile.ZipFile(file).open("xl/worksheets/sheet1.xml") if ending == "xlsx" else file  # noqa: SIM115 - read to its end
                rows = read(file, MOST, ROW[ending][0])[2] - ROW[ending][1]
                found += [f"{data!r} has {rows} rows, not {manifest['rows']}"] if rows != manifest["rows"] else []
            return found
    except Exception as error:  # zipfile and zlib have many; whatever it is, this is no pack that was made so
        return [f"it cannot be read whole ({type(error).__name__})"]


def read(
    file: IO[bytes], most: int, mark: bytes = b"\n"
) -> tuple[int, str, int]:  # size, SHA-256 and number of marks, of at most so many bytes and one piece
    size, digest, marks, rest = 0, hashlib.sha256(), 0, b""
    while size <= min(most, MOST) and (piece := file.read(1 << 16)):
        size, marks = size + len(piece), marks + (rest + piece).count(mark)
        rest = (rest + piece)[len(rest + piece) - len(mark) + 1 :]
        digest.update(piece)
    return size, digest.hexdigest(), marks


if __name__ == "__main__":
    trouble = problems(sys.argv[1]) if len(sys.argv) == 2 else ["name one pack: python check_pack.py PACK.zip"]
    sys.stdout.write("".join(f"Not as it was made: {one}\n" for one in trouble))
    if not trouble:  # what is in it agrees with itself; that nobody made it anew, only this number can tell
        with open(sys.argv[1], "rb") as whole:
            print("It agrees with itself. Its SHA-256, to compare with who made it:", read(whole, MOST)[1])  # noqa: T201 - a script
    sys.exit(1 if trouble else 0)
