"""Passwords of twelve characters and more that guessing begins with."""

from __future__ import annotations

__all__ = ["COMMON"]

_LIST = """
123456789012 1234567890123 12345678901234 123456789abc 1234567890ab 0123456789ab
098765432109 112233445566 123123123123 123321123321 111222333444 1q2w3e4r5t6y
1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv qwertyuiop12 qwertyuiop123 qwertyuiop[]
qwertyuiopas qwerty123456 qwerty1234567 asdfghjkl123 zxcvbnm12345 abcdefghijkl
abcdef123456 abcd12345678 abc123456789 a12345678901 a123456789012 aa1234567890
password1234 password12345 password123456 password2024 password2025 password2026
passw0rd1234 p@ssw0rd1234 p@ssword1234 mypassword123 administrator administrator1
administrator123 admin1234567 admin12345678 admin123456789 admin@123456
admin@12345678 root12345678 superadmin123 welcome12345 letmein12345 iloveyou1234
woaini1314520 woaini520520 woaini123456 5201314woaini zhangsan1234 wangluo12345
shequ1234567 wangge123456 wangge1234567 wangge12345678 wanggeyuan123 shequwangge1
shequwangge123 shequwangge shequguanli1 jiedaoban123 juweihui1234 beijing12345
beijing2008a shanghai1234 zhongguo1234 zhonghua1234 nihao1234567 qingwen12345
test12345678 test123456789 user12345678 changeme1234 changemenow1
correcthorsebatterystaple trustno1trustno1
"""
COMMON = frozenset(_LIST.split())
