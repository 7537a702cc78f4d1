"""The files that were uploaded to OctoPrint, as far as commands may be given them."""

import os
from typing import Any, Optional

from octoprint.filemanager.destinations import FileDestinations

from ..commands.environment import path_as_text


class Uploads:
    """Finds files on the disk.

    Arguments:
        file_manager: a ``octoprint.filemanager.FileManager``
    """

    def __init__(self, file_manager: Any):
        self._file_manager = file_manager

    def find(self, path: str) -> Optional[str]:
        """Where a file is on the disk.

        Arguments:
            path: its path among the uploads

        Returns:
            its absolute path as UTF-8, which it may not be in the server's locale; None if
            it is not there
        """
        local = FileDestinations.LOCAL
        try:
            if not self._file_manager.file_exists(local, path):
                return None
            folder = self._file_manager.path_on_disk(local, "")
            found = self._file_manager.path_on_disk(local, path)
            # OctoPrint also finds a file whose name is only similar, and follows links
            if not os.path.samefile(found, os.path.join(folder, path)):
                return None
            return path_as_text(found) if _is_below(folder, found) else None
        except (ValueError, OSError):
            # OctoPrint's word for a path that leads out of the uploads; no such file
            return None


def _is_below(folder: str, path: str) -> bool:
    folder = os.path.realpath(folder)
    return os.path.commonpath([folder, os.path.realpath(path)]) == folder
