"""What an operator reads before a deployment, and what stops one. tests/deploy/test_stack.py runs the tool itself."""

from tools.deploy import losing, outputs_of, readable, with_code


def change(action: str, kind: str, name: str, replacement: str = "", *properties: str) -> dict:
    details = [{"Target": {"Attribute": "Properties", "Name": name}} for name in properties]
    return {"Action": action, "ResourceType": kind, "LogicalResourceId": name, "Replacement": replacement, "Details": details}


ADDED = change("Add", "AWS::SQS::Queue", "UrgentQueue")
CHANGED = change("Modify", "AWS::Lambda::Function", "Sweep", "False", "Timeout", "Code")
REPLACED = change("Modify", "AWS::DynamoDB::Table", "WishesTable", "True", "KeySchema")
PERHAPS = change("Modify", "AWS::SQS::Queue", "BulkQueue", "Conditional", "QueueName")
REMOVED = change("Remove", "AWS::S3::Bucket", "Photos")


def test_what_goes_and_what_is_replaced_stands_first_and_every_line_says_why():
    lines = readable([ADDED, CHANGED, REPLACED, PERHAPS, REMOVED])
    assert [line.split()[0] for line in lines] == ["REMOVE", "MAY", "REPLACE", "MODIFY", "ADD"]
    assert lines[3].endswith("Code, Timeout")
    assert all("  " not in line[-1:] for line in lines)


def test_tables_and_buckets_that_would_leave_the_stack_are_named():
    assert losing([ADDED, CHANGED, REPLACED, PERHAPS, REMOVED]) == ["WishesTable", "Photos"]
    assert losing([ADDED, CHANGED, PERHAPS, change("Modify", "AWS::DynamoDB::Table", "DueTable", "False")]) == []
    assert losing([change("Remove", "AWS::Lambda::Function", "Sweep")]) == []


def test_every_function_takes_the_same_code_and_the_package_stays_as_it_was():
    template = {
        "Resources": {
            "Sweep": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip", "Timeout": 55}},
            "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {}},
        }
    }
    ready = with_code(template, "packages", "code/abc.zip")
    assert ready["Resources"]["Sweep"]["Properties"] == {"CodeUri": {"Bucket": "packages", "Key": "code/abc.zip"}, "Timeout": 55}
    assert template["Resources"]["Sweep"]["Properties"]["CodeUri"] == "./deployment.zip"
    assert outputs_of({"Outputs": [{"OutputKey": "A", "OutputValue": "b"}]}) == {"A": "b"}
    assert outputs_of({}) == {}
