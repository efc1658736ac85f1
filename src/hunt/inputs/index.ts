// The door of the inputs: everything that reads logs.
export { defaultLimits, type ReadLimits } from './decoder.ts';
export { detectFormat } from './detect.ts';
export { jsonEvent } from './json-events.ts';
export {
  eventsOf,
  listLogs,
  openLogs,
  readLog,
  type FileReport,
  type LogBatch,
  type LogFile,
  type Logs,
  type OpenLogsOptions,
  type Progress,
} from './open-logs.ts';
