def test_x(bot):
    for asked, titles in {"supplement":["没有了","补充 TS20260911000045","[图片]","当时是下午两点有录像"],"second":["直接提交","不投诉了","先不登记","多扣的年费一直没有退"],"duplicate":["补充","催办","仍要新建","取消","补充 TS20260911000045","催办 TS20260911000045"],None:["重新投诉","补充 TS20260911000045","重新投诉 TS20260911000045"],"confirm":["确认提交","修改"],"field.name":["不提供"],"field.phone":["不提供"]}.items():
        for t in titles: print(asked,t,bot.purpose(t,asked))
    assert 0
