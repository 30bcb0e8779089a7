from __future__ import annotations

from pathlib import Path

from mwaa_kit.practising.settings import airflow_environment, aws_environment, clean_environment
from mwaa_kit.targets.practice import new_state


def test_nothing_of_the_users_reaches_the_processes() -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "NO_PROXY": "corp",
        "AIRFLOW_HOME": "/mine",
        "AIRFLOW__CORE__EXECUTOR": "Nonsense",
        "AIRFLOW_CONN_DB": "secret",
        "_AIRFLOW__AS_LIBRARY": "1",
        "AWS_PROFILE": "production",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": "/mine",
        "PYTHONSTARTUP": "/mine.py",
        "BOTO_CONFIG": "/mine",
        "MWAA_KIT_HOME": "/mine",
    }
    assert clean_environment(environ, "life") == {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "NO_PROXY": "corp,127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "MWAA_KIT_PRACTICE_LIFE": "life",
        "SPT_NOENV": "1",
    }


def test_tasks_find_no_other_aws_than_the_practice_s3() -> None:
    environment = aws_environment(new_state("3.3.1"))
    assert (environment["AWS_CONFIG_FILE"], environment["AWS_SHARED_CREDENTIALS_FILE"]) == ("/dev/null", "/dev/null")


def test_every_life_has_keys_of_its_own() -> None:
    one, two = airflow_environment(Path("/a"), 1), airflow_environment(Path("/a"), 1)
    different = {name for name in one if one[name] != two[name]}
    assert different == {"AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY"}
