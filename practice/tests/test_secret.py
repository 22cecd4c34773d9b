"""The data folder's own secret: made once for trying out, never a default."""

from practice.secret import own_secret


def test_it_is_made_once_and_found_by_every_later_command(tmp_path):
    made = own_secret(tmp_path, make=True)
    assert len(made) >= 50
    assert own_secret(tmp_path, make=True) == own_secret(tmp_path, make=False) == made
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_no_two_folders_share_one(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert own_secret(one, make=True) != own_secret(other, make=True)


def test_without_trying_out_there_is_none(tmp_path):
    assert own_secret(tmp_path, make=False) == ""
    assert not list(tmp_path.iterdir())
