export type { Check, CheckName } from './checks.js';
export { type DoctorOutput, doctorCommand, doctorProgram } from './command.js';
export { type DoctorReport, type DoctorSettings, doctor } from './doctor.js';
export type { PolicyStatement } from './policy.js';
