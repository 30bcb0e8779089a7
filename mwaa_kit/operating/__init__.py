"""Operating: environments as they are now, and Airflow's REST API behind them."""
