"""The engine that ours is compared with: LocalStack as it ships, and no more than what makes it run here.

`python -m benchmarks.stock` becomes that engine; `engine.StockEngine` starts and stops it.
"""
