// Hot path: once per request.

/** Upper bounds of the buckets, seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Of one endpoint. */
interface RouteFigures {
  /** By method, then status. */
  readonly counts: Map<string, Map<number, number>>;
  /** Answers by the first bound they did not exceed; the last is for those that exceeded all. */
  readonly buckets: number[];
  sumSeconds: number;
  count: number;
}

/** Answers and how long they took, by endpoint: cheap to count, put into words when somebody asks. */
export class RequestFigures {
  readonly #routes = new Map<string, RouteFigures>();

  /** Notes an answer. @param route the path of the endpoint's definition. */
  answered({ route, method, status, milliseconds }: AnsweredRequest): void {
    let figures = this.#routes.get(route);
    if (figures === undefined) {
      const buckets = [...BOUNDS, Infinity].map(() => 0);
      figures = { counts: new Map(), buckets, sumSeconds: 0, count: 0 };
      this.#routes.set(route, figures);
    }
    const seconds = milliseconds / 1000;
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++;
    figures.buckets[bucket]!++;
    figures.sumSeconds += seconds;
    figures.count++;
    let byStatus = figures.counts.get(method);
    if (byStatus === undefined) figures.counts.set(method, (byStatus = new Map()));
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }

  /** In the text format of Prometheus. */
  text(): string {
    const requests = 'millrace_http_requests_total';
    const seconds = 'millrace_http_request_seconds';
    const counters = [
      `# HELP ${requests} Requests that were answered, by endpoint.`,
      `# TYPE ${requests} counter`,
    ];
    const histogram = [
      `# HELP ${seconds} From the head of a request to the end of its answer; of push queries, their life.`,
      `# TYPE ${seconds} histogram`,
    ];
    for (const [route, { counts, buckets, sumSeconds, count }] of this.#routes) {
      for (const [method, byStatus] of counts) {
        for (const [status, answers] of byStatus) {
          counters.push(
            `${requests}{route="${route}",method="${method}",status="${status}"} ${answers}`,
          );
        }
      }
      let total = 0;
      buckets.forEach((answers, index) => {
        total += answers;
        histogram.push(
          `${seconds}_bucket{le="${BOUNDS[index] ?? '+Inf'}",route="${route}"} ${total}`,
        );
      });
      histogram.push(`${seconds}_sum{route="${route}"} ${sumSeconds}`);
      histogram.push(`${seconds}_count{route="${route}"} ${count}`);
    }
    return `${counters.join('\n')}\n\n${histogram.join('\n')}\n`;
  }
}

/** One answer. */
export interface AnsweredRequest {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly milliseconds: number;
}
