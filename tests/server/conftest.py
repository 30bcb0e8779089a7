"""One Jupyter server for all these tests, on a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support_server import CELLS, KitServer, kit_server, write_notebook


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KitServer]:
    """A server on a folder with one notebook, `churn.ipynb`, and a link that leads out of it."""
    folder, own = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("own")
    outside = tmp_path_factory.mktemp("outside")
    write_notebook(folder / "churn.ipynb", *CELLS)
    write_notebook(outside / "secret.ipynb", *CELLS)
    (folder / "way-out").symlink_to(outside)
    aws = own / "home" / ".aws"
    aws.mkdir(parents=True)
    keys = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = hidden\n"
    (aws / "credentials").write_text(f"[analytics]\n{keys}[default]\n{keys}")
    with kit_server(folder, own) as running:
        yield running
