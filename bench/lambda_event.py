"""The event of API Gateway for a GET, with the headers of a browser behind CloudFront."""

from types import SimpleNamespace
from typing import Any

__all__ = ["CONTEXT", "get_event"]

CONTEXT = SimpleNamespace(
    function_name="api_handler",
    memory_limit_in_mb=512,
    aws_request_id="b5c4d1a0-6a2e-4f5e-9d3c-2f1d0c9b8a7e",
)
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "zh-CN,zh;q=0.9,en;q=0.8",
    "cloudfront-forwarded-proto": "https",
    "cloudfront-is-mobile-viewer": "true",
    "cloudfront-viewer-country": "CN",
    "host": "abcde12345.execute-api.cn-north-1.amazonaws.com.cn",
    "user-agent": (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/130.0 Mobile Safari/537.36"
    ),
    "via": "2.0 0123456789abcdef.cloudfront.net (CloudFront)",
    "x-amz-cf-id": "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmE=",
    "x-amzn-trace-id": "Root=1-65f0a0a0-0123456789abcdef01234567",
    "x-forwarded-for": "203.0.113.7, 130.176.0.1",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}


def get_event(
    resource: str, values: dict[str, str], token: str | None
) -> dict[str, Any]:
    """Return the event of a GET on a resource such as `/v1/wishes/{wish_id}`."""
    headers = dict(_HEADERS)
    if token:
        headers["authorization"] = f"Bearer {token}"
    path = resource.format(**values)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": values,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcde12345",
            "httpMethod": "GET",
            "identity": {
                "sourceIp": "203.0.113.7",
                "userAgent": headers["user-agent"],
            },
            "path": f"/api{path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "resourcePath": resource,
            "stage": "api",
        },
        "body": None,
        "isBase64Encoded": False,
    }
