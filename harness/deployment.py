"""Former place of `harness.stack.deployment`, kept for test files that `harness shrink` wrote before it moved."""

from harness.stack.deployment import DeploymentRequest

__all__ = ["DeploymentRequest"]
