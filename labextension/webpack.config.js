// Code that two lazy chunks need is in one of its own, which is fetched with any of them.
module.exports = {
  optimization: {
    splitChunks: {
      cacheGroups: {
        // The editor's libraries are of no use to others.
        kitfile: {
          name: 'kitfile',
          chunks: chunk => chunk.name === 'kitfile',
          priority: 10,
          enforce: true
        },
        shared: {
          name: 'shared',
          chunks: chunk => ['compare', 'dialogs', 'kit', 'panel', 'views'].includes(chunk.name),
          test: /lib[\\/]/,
          minChunks: 2,
          minSize: 0,
          enforce: true
        }
      }
    }
  }
};
