import ssh2 from 'ssh2';

/** Node.js does not see the names that this CommonJS package exports. */
export const { Client, utils } = ssh2;
