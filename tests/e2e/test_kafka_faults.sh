#!/bin/sh
# The short form of the faults around real brokers; make torture-kafka runs the long one.
cd "$(dirname "$0")/../.." || exit 1
exec tests/kafka/faults/run short
