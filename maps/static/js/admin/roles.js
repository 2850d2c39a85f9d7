// The roles there are, in the order in which they are offered.

export const ROLES = [
  "administrator",
  "planner",
  "reviewer",
  "auditor",
  "commander",
  "handler",
  "grid_head",
  "grid_member",
  "stairwell_head",
  "guest",
];
