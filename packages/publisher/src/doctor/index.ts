export { type DoctorOutput, doctorCommand, doctorProgram } from './command.js';
export { type Check, type CheckName, type DoctorReport, type DoctorSettings, doctor } from './doctor.js';
export type { PolicyStatement } from './policy.js';
