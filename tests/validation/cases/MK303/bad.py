from airflow.sdk import dag, task


@dag(schedule="every full moon")
def etl():
    @task
    def load():
        return 1

    load()


etl()
