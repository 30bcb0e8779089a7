from airflow.decorators import dag, task


@dag(schedule=None)
def etl():
    @task
    def load():
        return 1

    load()


etl()
