"""Policies: reading documents, matching statements, evaluating calls.

How AWS evaluates them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""
