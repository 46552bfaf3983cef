"""Where the embedded servers keep what they need, and as whom they run.

Everything lies in `.local/` of the checkout. PostgreSQL refuses to run as root, so under root both servers run as an
unprivileged user; where that user cannot enter the checkout (a clone in root's home), data and a copy of the binaries
lie in a folder under /var/tmp that is named after the checkout.
"""

import hashlib
import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED_ID = 65534  # "nobody", user and group, on every Linux
OUTSIDE = Path("/var/tmp")  # noqa: S108 - survives a reboot, which /tmp need not; ownership and mode are checked


class EmbeddedServerError(Exception):
    """An embedded server cannot be used; the message is written for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Home:
    """Folders of one checkout's embedded servers: `local` for locks, addresses and logs, `data` for what they store."""

    local: Path
    data: Path
    as_root: bool

    @classmethod
    def at(cls, checkout: Path) -> "Home":
        """Work out the folders without touching the disk."""
        as_root = os.geteuid() == 0
        local = checkout / ".local"
        if as_root and not others_can_enter(checkout):
            return cls(local=local, data=outside_folder(checkout), as_root=True)
        return cls(local=local, data=local, as_root=as_root)

    @property
    def server_user(self) -> int | None:
        """For Popen's `user` and `group`: whom the servers run as; None for us ourselves."""
        return UNPRIVILEGED_ID if self.as_root else None

    @property
    def server_groups(self) -> list[int] | None:
        """For Popen's `extra_groups`: none of root's."""
        return [] if self.as_root else None

    def give_to_server_user(self, path: Path) -> None:
        """Let the user that the servers run as own this path."""
        if self.as_root:
            os.chown(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID, follow_symlinks=False)

    def remove_everything(self) -> None:
        """Forget data, addresses and logs. The caller has made sure that no server runs."""
        shutil.rmtree(self.local, ignore_errors=True)
        if self.data != self.local and self.data.exists():
            make_own_folder(self.data, mode=0o711)
            shutil.rmtree(self.data, ignore_errors=True)


def find_home(checkout: Path) -> Home:
    """The checkout's home, its folders made and safe. Raises EmbeddedServerError when they are somebody else's."""
    home = Home.at(checkout)
    # The unprivileged server user passes through these folders but must not list them.
    make_own_folder(home.local, mode=0o711 if home.as_root else 0o700)
    if home.data != home.local:
        make_own_folder(home.data, mode=0o711)
    return home


def outside_folder(checkout: Path) -> Path:
    """A name under /var/tmp that a person recognises and that no other checkout shares."""
    slug = re.sub(r"[^a-z0-9]+", "-", checkout.name.lower()).strip("-") or "checkout"
    digest = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    return OUTSIDE / f"myoline-{slug}-{digest}"


def others_can_enter(path: Path) -> bool:
    """Whether any user may pass through this folder and all above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def make_own_folder(path: Path, *, mode: int) -> None:
    """Make a folder, or check that the one there is really ours: somebody may have made it first, or a link.

    Raises EmbeddedServerError.
    """
    try:
        path.mkdir(mode=mode)
        path.chmod(mode)  # whatever the umask
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise EmbeddedServerError(
                f"{path} is not a folder of this user that only this user can write to. "
                "Look at what it is, and move or remove it."
            ) from None
        if stat.S_IMODE(found.st_mode) != mode:
            path.chmod(mode)
    except OSError as error:
        raise EmbeddedServerError(f"Cannot make the folder {path}: {error.strerror}.") from error
