"""The files that were uploaded to OctoPrint, as far as commands may be given them."""

from typing import Any, Optional

from octoprint.filemanager.destinations import FileDestinations


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
            its absolute path; None if it is not there
        """
        local = FileDestinations.LOCAL
        try:
            if not self._file_manager.file_exists(local, path):
                return None
            return self._file_manager.path_on_disk(local, path)
        except ValueError:
            # OctoPrint's word for a path that leads out of the uploads
            return None
