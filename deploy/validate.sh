#!/bin/bash
# Checks the files for Kubernetes and AWS Batch against the schemas of their APIs, which come from PyPI: kubernetes-validate
# carries Kubernetes' JSON schemas, botocore AWS's service models. Nothing is sent to any API.
#
# Exit status 0 if all is well, and 0 with a message that begins with SKIPPED where the packages can't be installed.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! python3 -m venv "$work" 2> "$work.log" \
    || ! "$work/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate botocore 2> "$work.log"; then
    echo "SKIPPED: the check of deploy/ against API schemas: $(tail -n 1 "$work.log")"
    rm -f "$work.log"
    exit 0
fi
rm -f "$work.log"
# 1.33 is the first in which all that is used is stable. --strict: a field that there is none of is an error.
for file in kubernetes/*.yaml; do
    "$work/bin/kubernetes-validate" --strict --kubernetes-version 1.33 "$file"
done
"$work/bin/python" - << 'END'
import json
import botocore.session
import botocore.validate

model = botocore.session.get_session().get_service_model("batch")
shape = model.operation_model("RegisterJobDefinition").input_shape
for name in ("aws-batch/job-definition.json", "aws-batch/job-definition-store.json"):
    with open(name) as file:
        report = botocore.validate.ParamValidator().validate(json.load(file), shape)
    if report.has_errors():
        raise SystemExit(name + ": " + report.generate_report())
    print(f"INFO  {name} passed for RegisterJobDefinition")
END
