// Code that both lazy chunks need is in a third one, which is fetched with either of them.
module.exports = {
  optimization: {
    splitChunks: {
      cacheGroups: {
        shared: {
          name: 'shared',
          chunks: chunk => ['dialogs', 'kit'].includes(chunk.name),
          test: /lib[\\/]/,
          minChunks: 2,
          minSize: 0,
          enforce: true
        }
      }
    }
  }
};
