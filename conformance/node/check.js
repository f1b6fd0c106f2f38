// Every check of amqplib; prints TAP. The broker is the one of AMQP_URL.
'use strict';

const groups = require('./groups');
const guarantees = require('./guarantees');
const tutorials = require('./tutorials');

async function main() {
  let failed = false;
  const checks = [...tutorials, ...groups, ...guarantees];
  for (const [about, run] of checks) {
    try {
      await run();
      console.log(`ok - ${about}`);
    } catch (error) {
      failed = true;
      console.log(error.stack);
      console.log(`not ok - ${about}`);
    }
  }
  console.log(`1..${checks.length}`);
  process.exit(failed ? 1 : 0);
}

main();
