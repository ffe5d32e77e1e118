-- wrk's script for serve.py: posts the file BODY names as TYPE with the fields in FIELDS (name: value, one a line), and
-- ends with one line of JSON that serve.py reads.

local file = assert(io.open(assert(os.getenv("BODY"), "BODY names the request's body"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = os.getenv("TYPE") or "application/json"
for name, value in (os.getenv("FIELDS") or ""):gmatch("([^:\n]+): ([^\n]+)") do
    wrk.headers[name] = value
end
file:close()

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\nRESULT {"requests": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "bad_status": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
