"""Every broken and hostile table, each with its outcome."""

from __future__ import annotations

from tests.corpus import open_documents, refused_texts, texts, workbooks

CASES = [*texts.CASES, *refused_texts.CASES, *workbooks.CASES, *open_documents.CASES]
