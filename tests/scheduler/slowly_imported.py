"""A module that takes its time, for the tests of forks."""

import time

time.sleep(2)
DONE = True
