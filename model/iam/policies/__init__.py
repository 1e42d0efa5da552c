"""What policies say of a call: documents read, statements matched, verdicts. Pure.

How AWS evaluates them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""
