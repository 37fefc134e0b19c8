"""gonghui: from a folder of union work documents (工会工作材料) to source-grounded records and district tables."""

__version__ = "0.1.0"
