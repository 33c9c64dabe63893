import { expect, test } from 'vitest';
import { RequestFigures } from '../../server/request-figures.ts';

function bucket(le: string): string {
  return `millrace_http_request_seconds_bucket{le="${le}",route="/query"}`;
}

test('answers are counted by endpoint, method and status, and by how long they took', () => {
  const figures = new RequestFigures();
  const one = { route: '/query', method: 'POST', status: 200 };
  figures.answered({ ...one, milliseconds: 1 });
  figures.answered({ ...one, milliseconds: 2 });
  figures.answered({ ...one, status: 400, milliseconds: 10_000 });
  figures.answered({ route: '/info', method: 'GET', status: 200, milliseconds: 0.5 });
  const lines = figures.text().split('\n');
  expect(lines).toContain('# TYPE millrace_http_requests_total counter');
  expect(lines).toContain(
    'millrace_http_requests_total{route="/query",method="POST",status="200"} 2',
  );
  expect(lines).toContain(
    'millrace_http_requests_total{route="/query",method="POST",status="400"} 1',
  );
  expect(lines).toContain(
    'millrace_http_requests_total{route="/info",method="GET",status="200"} 1',
  );
  expect(lines).toContain('# TYPE millrace_http_request_seconds histogram');
  expect(lines).toContain(`${bucket('0.001')} 1`);
  expect(lines).toContain(`${bucket('0.0025')} 2`);
  expect(lines).toContain(`${bucket('5')} 2`);
  expect(lines).toContain(`${bucket('+Inf')} 3`);
  expect(lines).toContain('millrace_http_request_seconds_sum{route="/query"} 10.003');
  expect(lines).toContain('millrace_http_request_seconds_count{route="/query"} 3');
});
