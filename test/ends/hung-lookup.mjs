// Preloaded: the first name that is looked up is never answered.
import dns from 'node:dns';

const { lookup } = dns;
let asked = 0;
dns.lookup = (...question) => {
  if (asked++ > 0) lookup(...question);
};
