"""The Lambda function: takes messages off the queue and writes each one's user to the table, once.

`handler` wires it up, `batch` decides what a batch's answer is, `user` reads one message, `table` writes one
user, `log` writes one line. Standard library and boto3 only: what is in this folder is all that is deployed.
"""
