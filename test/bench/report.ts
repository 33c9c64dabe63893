import type { Calibration } from './calibration.ts';
import type { WorkloadReport } from './throughput.ts';
import type { ColdStartReport } from './workloads/cold-start.ts';
import type { PullFigures } from './workloads/pull-by-key.ts';
import type { FormatReport } from './workloads/format-codecs.ts';
import type { ConditionReport, PlanningReport } from './workloads/language.ts';
import type { FlatStateReport } from './workloads/flat-state.ts';
import type { RestartReport } from './workloads/restart.ts';
import type { LatencyReport } from './workloads/insert-latency.ts';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** The machine, its calibration, and how the figures came about. */
export function formatCalibration(calibration: Calibration): string {
  const { cores, processor, memoryBytes, system, node, parsesPerSecond, syncP50Ms } = calibration;
  return [
    `machine      ${cores} cores, ${processor}, ${(memoryBytes / GIBIBYTE).toFixed(1)} GiB, ${system}, Node ${node}`,
    `calibration  JSON.parse ${millions(parsesPerSecond)} M events/s, fdatasync p50 ${syncP50Ms.toFixed(2)} ms`,
  ].join('\n');
}

/** A table of the contenders of one workload. */
export function formatWorkload(report: WorkloadReport): string {
  const header = ['', 'M events/s', '× H', '× HD', 'each round', 'each fifth', 'CPU s', 'peak MiB'];
  const rows = report.contenders.map((contender) => [
    contender.contender,
    millions(contender.eventsPerSecond),
    contender.ratioToH.toFixed(2),
    contender.ratioToHD.toFixed(2),
    contender.rates.map(millions).join(' '),
    contender.fifths.map(millions).join(' '),
    contender.processorSeconds.toFixed(2),
    (contender.peakBytes / MEBIBYTE).toFixed(0),
  ]);
  const figures = Object.entries(report.figures).map(([name, value]) => `${name} ${value}`);
  return [
    `${report.workload}  ${report.title}`,
    ...alignColumns([header, ...rows]),
    `all contenders found ${figures.join(', ')}`,
  ].join('\n');
}

/** A table of the formats beside the libraries. */
export function formatFormats(reports: readonly FormatReport[]): string {
  const rates = ['M rows/s', 'library', '×'];
  const header = ['', ...rates, ...rates, ...rates, 'bytes', ''];
  const rows = reports.map(({ format, library, encode, decode, decodeHalf, bytesPerRow }) => [
    format,
    ...[encode, decode, decodeHalf].flatMap((rates) => [
      millions(rates.millrace),
      millions(rates.library),
      (rates.millrace / rates.library).toFixed(2),
    ]),
    bytesPerRow.toFixed(0),
    library,
  ]);
  const title =
    'FORMAT  rows of 4 columns written, read, and 2 of 4 columns read, beside the library used directly';
  return [title, ...alignColumns([header, ...rows])].join('\n');
}

/** One line. */
export function formatPlanning({ medianMs, slowestRoundMs }: PlanningReport): string {
  return `PLAN   text of a CREATE ... AS SELECT to its plan: ${medianMs.toFixed(2)} ms, slowest round ${slowestRoundMs.toFixed(2)} ms`;
}

/** One line. */
export function formatCondition(report: ConditionReport): string {
  const { rowsPerSecond, byHandPerSecond } = report;
  const ratio = rowsPerSecond / byHandPerSecond;
  return (
    `WHERE  nine nodes: ${(rowsPerSecond / 1e6).toFixed(0)} M rows/s compiled, ` +
    `${(byHandPerSecond / 1e6).toFixed(0)} M by hand (× ${ratio.toFixed(2)})`
  );
}

/** What is kept after each tenth of the events. */
export function formatFlatState(report: FlatStateReport): string {
  const { events, eventsPerSecond, windows, storeBytes, residentBytes } = report;
  return [
    `FLAT   windows of 1 s kept for 2 s over ${events} events, produced and processed at ${millions(eventsPerSecond)} M events/s; after each tenth:`,
    `       windows found ${windows.join(' ')}`,
    `       state store   ${mebibytes(storeBytes)} MiB`,
    `       process       ${mebibytes(residentBytes)} MiB resident`,
  ].join('\n');
}

/** One line. */
export function formatLatency({ rows, p50Ms, p90Ms, p99Ms }: LatencyReport): string {
  const [p50, p90, p99] = [p50Ms, p90Ms, p99Ms].map((ms) => ms.toFixed(2));
  return `LAT    INSERT to row at a WebSocket client, ${rows} rows: p50 ${p50}, p90 ${p90}, p99 ${p99} ms`;
}

/** A table of the ways to ask. */
export function formatPulls(figures: readonly PullFigures[]): string {
  const bare = figures[0]?.requestsPerSecond ?? 1;
  const header = ['', 'requests/s', '× bare', 'p50 ms', 'p99 ms', 'records/s in', 'CPU: main, all'];
  const rows = figures.map((run) => [
    run.name,
    run.requestsPerSecond.toFixed(0),
    (run.requestsPerSecond / bare).toFixed(2),
    String(run.p50Ms),
    String(run.p99Ms),
    run.ingestedPerSecond === null ? '' : run.ingestedPerSecond.toFixed(0),
    `${run.mainThreadShare.toFixed(2)}, ${run.processShare.toFixed(2)}`,
  ]);
  const title = 'W6  pull by key over HTTP/1.1, 32 connections; CPU in cores of the server';
  return [title, ...alignColumns([header, ...rows])].join('\n');
}

/** One line. */
export function formatColdStart(report: ColdStartReport): string {
  const { starts, medianMs, slowestMs, idleResidentBytes } = report;
  const memory =
    idleResidentBytes === null ? 'unknown' : `${(idleResidentBytes / MEBIBYTE).toFixed(0)} MiB`;
  return (
    `START  cold start to healthy, ${starts} starts: median ${medianMs.toFixed(0)}, ` +
    `slowest ${slowestMs.toFixed(0)} ms; idle memory ${memory}`
  );
}

/** One line. */
export function formatRestart(report: RestartReport): string {
  const { keys, logBytes, stateBytes, readyMs, medianMs } = report;
  const times = readyMs.map((ms) => ms.toFixed(0)).join(', ');
  return (
    `W9     restart after SIGKILL with ${keys} keys, ${gibibytes(logBytes)} of log, ` +
    `${gibibytes(stateBytes)} of state: ready after ${times} ms, median ${medianMs.toFixed(0)}`
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(2)} GiB`;
}

/** In millions, with three digits behind the point. */
export function millions(count: number): string {
  return (count / 1e6).toFixed(3);
}

function mebibytes(bytes: readonly number[]): string {
  return bytes.map((count) => (count / MEBIBYTE).toFixed(0)).join(' ');
}

/** The first column to the left, the others to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  '),
  );
}
