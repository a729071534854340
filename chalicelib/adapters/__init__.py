"""Ways out of the house. The only code that touches boto3, urllib3 and smtplib, and only when something leaves."""
