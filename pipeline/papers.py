"""What the paper of an office (公文) says of itself, as ingest and segment both read it: its number, and whom it goes to."""

from __future__ import annotations

_MASKED_DIGIT = r"[0-9Xx×*_]"
NUMBER = (
    rf"[\u4e00-\u9fffXx×]{{2,10}}[〔（(\[【]{_MASKED_DIGIT}{{2,4}}[〕）)\]】]第?{_MASKED_DIGIT}{{1,4}}号"  # 县工发〔2012〕7号
)
SENT_TO = r"(?:抄\s?[送报]|[主分发]\s?送|[发报送])\s?[:：]"  # 抄送：县教育局; 发：各工会小组
