-- wrk: receipts of distinct members, ten lines each. Arguments: key, first card, members, lines, run, skus...

local number = 0
local run, first_card, members, lines, fragments

function init(args)
   wrk.method = "POST"
   wrk.headers["Authorization"] = "Bearer " .. args[1]
   wrk.headers["Content-Type"] = "application/json"
   first_card, members, lines, run = tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), args[5]
   fragments = {}
   for i = 6, #args do
      fragments[#fragments + 1] = string.format(
         '{"sku":"%s","name":"Product number %d","quantity_milli":1000,"amount_minor":%d}', args[i], i, 99 + i % 900)
   end
end

function request()
   number = number + 1
   local chosen = {}
   for i = 1, lines do
      chosen[i] = fragments[math.random(#fragments)]
   end
   -- 7919 is prime: the cards come in an order without neighbours and repeat only after all were used.
   local card = first_card + number * 7919 % members
   return wrk.format(nil, nil, nil, string.format(
      '{"external_id":"%s-%d","currency":"USD","member":{"card":"%d"},"lines":[%s]}',
      run, number, card, table.concat(chosen, ",")))
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      '\nRESULT {"requests": %d, "seconds": %f, "failed": %d, "p50_ms": %f, "p99_ms": %f}\n',
      summary.requests, summary.duration / 1e6,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
