"""The environment variables of the practice MWAA's processes: Airflow's settings, and nothing of the user's own.

Notes
-----
What differs from Amazon MWAA does so to answer sooner or to fit on a laptop. Amazon MWAA looks for new files every 300 s
and writes a changed Dag at most every 30 s; here both take a second, so Airflow serves a new source over an old graph for
about a second at most. Tasks reach the practice S3 in place of AWS: the user's own account is out of reach by construction.

Anyone who can reach the loopback address is admin in the web interface. A password would protect nothing from the user's
own programs, and would stand between a learner and the first look. The bucket and the ``mwaa`` endpoint, through which
code could get in, do ask for the credentials of this life.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from mwaa_kit.practising.processes import LIFE_VARIABLE
from mwaa_kit.targets.practice import REGION, PracticeState

_FOREIGN = ("AIRFLOW", "_AIRFLOW", "AWS_", "BOTO", "PYTHON", "MWAA_KIT")


def clean_environment(environ: Mapping[str, str], life: str) -> dict[str, str]:
    """Return `environ` without what would steer Airflow, Python or boto3, and with the mark of this life."""
    kept = {name: value for name, value in environ.items() if not name.upper().startswith(_FOREIGN)}
    for name in ("NO_PROXY", "no_proxy"):  # the parts talk to one another on this machine, never through a proxy
        kept[name] = ",".join(filter(None, [kept.get(name, ""), "127.0.0.1", "localhost"]))
    return {**kept, LIFE_VARIABLE: life, "SPT_NOENV": "1"}  # setproctitle must not write over the mark


def aws_environment(state: PracticeState) -> dict[str, str]:
    """Return what makes boto3 in a task reach the practice S3, and nothing else."""
    return {
        "AWS_ACCESS_KEY_ID": state.access_key_id,
        "AWS_SECRET_ACCESS_KEY": state.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": state.s3_endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def airflow_environment(airflow_home: Path, port: int) -> dict[str, str]:
    """Return Airflow's own settings for one life, with keys made for it alone."""
    url = f"http://127.0.0.1:{port}"
    sections = {
        "core": {
            "auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
            "dags_are_paused_at_creation": "True",
            "dags_folder": str(airflow_home / "dags"),
            "execution_api_server_url": f"{url}/execution/",
            "executor": "LocalExecutor",
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "load_examples": "False",
            "min_serialized_dag_update_interval": "1",
            "parallelism": "2",  # LocalExecutor starts all its workers at once
            "plugins_folder": str(airflow_home / "plugins"),
            "simple_auth_manager_all_admins": "True",
        },
        # All components write to one file, and wait for one another: SQLite's own 5 s are too short on a busy machine.
        "database": {"sql_alchemy_conn": f"sqlite:///{airflow_home / 'airflow.db'}?timeout=30"},
        "api": {
            "base_url": url,
            "host": "127.0.0.1",
            "port": str(port),
            "secret_key": secrets.token_urlsafe(32),
            "workers": "1",
        },
        "api_auth": {"jwt_secret": secrets.token_urlsafe(64)},
        "dag_processor": {
            "bundle_refresh_check_interval": "1",
            "min_file_process_interval": "10",  # a changed file is parsed at once all the same
            "parsing_processes": "1",
            "refresh_interval": "1",
        },
        "scheduler": {"parsing_cleanup_interval": "5", "enable_health_check": "False"},
        "triggerer": {"capacity": "60"},
        "logging": {"base_log_folder": str(airflow_home / "logs"), "colored_console_log": "False"},
        "usage_data_collection": {"enabled": "False"},
    }
    settings = {
        f"AIRFLOW__{section.upper()}__{option.upper()}": value
        for section, options in sections.items()
        for option, value in options.items()
    }
    return {
        **settings,
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",  # as on Amazon MWAA
        "MALLOC_ARENA_MAX": "2",  # measured: fewer arenas, less memory in the API server's threads
        "SCARF_ANALYTICS": "false",
    }
